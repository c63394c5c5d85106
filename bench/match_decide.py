"""CPU of a matching decision, without Kafka and PostgreSQL: `python bench/match_decide.py`."""

import gc
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import median

from inkoop_events.invoicing import InvoicedLine, InvoiceKind, InvoicePresented
from inkoop_events.ordering import GoodsReceived, OrderedLine, OrderPlaced, ReceivedLine
from inkoop_events.values import (
    Currency,
    InvoiceNumber,
    LineId,
    Oin,
    OrderNumber,
    ReceiptNumber,
    SupplierId,
)
from inkoop_kit.codec import Codec
from inkoop_kit.streams import Ask, Cause
from inkoop_matching.application.matching import CASE, Matching
from inkoop_matching.domain.case import Case
from inkoop_matching.domain.facts import CaseFact
from inkoop_matching.domain.policy import parse_policies

ROUNDS = 5
DEPARTMENT = Oin("00000001003214345000")
ORDER = OrderNumber("4500000001")
EUR = Currency("EUR")
SUPPLIER = SupplierId("0106:12345678")
DEFAULTS = Path(__file__).parents[1] / (
    "services/matching/src/inkoop_matching/default_policies.json"
)


def order(lines: int, quantity: int) -> OrderPlaced:
    return OrderPlaced(
        department=DEPARTMENT,
        order=ORDER,
        supplier=SUPPLIER,
        currency=EUR,
        issued=date(2026, 1, 1),
        lines=tuple(
            OrderedLine(
                line=LineId(str(n)),
                quantity=Decimal(quantity),
                unit="EA",
                price=Decimal("12.50"),
                net=Decimal("12.50") * quantity,
                description=f"Article {n}",
            )
            for n in range(lines)
        ),
    )


def receipt(lines: int, quantity: int) -> GoodsReceived:
    return GoodsReceived(
        department=DEPARTMENT,
        order=ORDER,
        receipt=ReceiptNumber("R"),
        received=date(2026, 1, 2),
        lines=tuple(
            ReceivedLine(line=LineId(str(n)), quantity=Decimal(quantity)) for n in range(lines)
        ),
    )


def invoice(number: int, lines: int, price: str = "12.50") -> InvoicePresented:
    return InvoicePresented(
        department=DEPARTMENT,
        order=ORDER,
        supplier=SUPPLIER,
        invoice=InvoiceNumber(f"F{number}"),
        kind=InvoiceKind.INVOICE,
        issued=date(2026, 1, 3),
        currency=EUR,
        lines=tuple(
            InvoicedLine(
                line=LineId(str(n)),
                order_line=LineId(str(n)),
                quantity=Decimal(1),
                unit="EA",
                price=Decimal(price),
                net=Decimal(price),
                description=f"Article {n}",
            )
            for n in range(lines)
        ),
    )


def cause(number: int) -> Cause:
    return Cause(
        f"invoicing/{number % 24}-{number}",
        "system",
        DEPARTMENT,
        "c",
        datetime(2026, 1, 4, tzinfo=UTC),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


def run(case: Case, ask: Ask[Case, CaseFact]) -> Case:
    for fact in ask.decide(case):
        case = CASE.evolve(case, fact)
    return case


def per_call(calls: list[Callable[[], object]]) -> float:
    """Microseconds of CPU a call, the median of the rounds."""
    took: list[float] = []
    for _ in range(ROUNDS):
        gc.collect()
        started = time.process_time_ns()
        for call in calls:
            call()
        took.append((time.process_time_ns() - started) / len(calls) / 1000)
    return median(took)


def measure() -> dict[str, float]:
    matching = Matching(parse_policies(json.loads(DEFAULTS.read_text())))
    ordered = run(Case(), matching.record_order(order(5, 100_000), cause(1)))
    ready = run(ordered, matching.record_receipt(receipt(5, 100_000), cause(2)))
    presented = [invoice(n, 5) for n in range(2000)]
    why = cause(3)
    asks = [matching.record_invoice(one, why) for one in presented]
    dear = matching.record_invoice(invoice(1, 5, "13.50"), why)
    facts = list(asks[0].decide(ready))
    codec = Codec(CASE)
    figures = {
        "translate": per_call([lambda p=p: matching.record_invoice(p, why) for p in presented]),
        "decide": per_call([lambda a=a: a.decide(ready) for a in asks]),
        "evolve": per_call([lambda: run_facts(ready, facts)] * 2000),
        "decide, held by price": per_call([lambda: dear.decide(ready)] * 2000),
        "receipt, ask to state": per_call(
            [lambda: run(ordered, matching.record_receipt(receipt_5, why))] * 2000
        ),
        "encode the facts": per_call([lambda: [codec.encode(f) for f in facts]] * 2000),
        "encode the state": per_call([lambda: codec.encode_state(ready)] * 2000),
    }
    figures["decide + evolve"] = figures["decide"] + figures["evolve"]
    return figures | on_one_order(matching, ready) | large(matching)


receipt_5 = receipt(5, 100_000)


def run_facts(case: Case, facts: list[CaseFact]) -> Case:
    for fact in facts:
        case = CASE.evolve(case, fact)
    return case


def on_one_order(matching: Matching, case: Case) -> dict[str, float]:
    """Microseconds an invoice, with so many matched ones before it on the same order."""
    figures: dict[str, float] = {}
    asks = [matching.record_invoice(invoice(n, 5), cause(n)) for n in range(6000)]
    done = 0
    for before in (0, 100, 5000):
        for ask in asks[done:before]:
            case = run(case, ask)
        done = before
        then = asks[before : before + 500]
        figures[f"after {before} invoices"] = per_call([partial(run, case, ask) for ask in then])
    return figures


def large(matching: Matching) -> dict[str, float]:
    """One invoice of 10,000 lines, microseconds a line."""
    n = 10_000
    case = run(Case(), matching.record_order(order(n, 10), cause(1)))
    case = run(case, matching.record_receipt(receipt(n, 10), cause(2)))
    ask = matching.record_invoice(invoice(1, n), cause(3))
    return {"10,000 lines, a line": per_call([lambda: run(case, ask)]) / n}


def main() -> None:
    figures = measure()
    if "--json" in sys.argv:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        print(f"{name:28} {value:8.2f} µs")


if __name__ == "__main__":
    main()
