"""The order of events of real purchases, with quantities of our own."""

import gzip
import json
import os
import random
from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from inkoop_events.values import Currency, InvoiceNumber, LineId, ReceiptNumber, SupplierId
from inkoop_matching.domain.case import Case, evolve
from inkoop_matching.domain.facts import (
    CaseFact,
    InvoiceLine,
    InvoiceRecorded,
    MatchDecided,
    OrderLine,
    OrderRecorded,
    Outcome,
    ReceiptLine,
    ReceiptRecorded,
)
from inkoop_matching.domain.intake import take_invoice, take_order, take_receipt
from inkoop_matching.domain.judging import rematch
from inkoop_matching.domain.policy import parse_policy

SHARED = Path(
    os.environ.get("INKOOP_MATCHING_CASES", Path(__file__).parents[4] / "../shared/matching")
)
HISTORY = SHARED / "bpi2019/cases.jsonl.gz"
EVERY = 1 if os.environ.get("LONG") else 10
"""Of 15,182 order items every tenth; all of them with LONG=1."""
POLICY = parse_policy({"price": {"over_pct": 2}, "qty_vs_ordered": {}, "qty_vs_received": {}})
LINE, PRICE, SUPPLIER = LineId("1"), Decimal(10), SupplierId("0106:12345678")
RECEIVED = "Record Goods Receipt"


class Item:
    """One order item: what happened to it, with quantities that its name gives."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.activities = [event[1] for event in data["events"]]
        self.chance = random.Random(data["id"])  # noqa: S311 — not a secret
        self.received = self.highest = self.invoiced = Decimal(0)
        self.ordered = Decimal(self.activities.count(RECEIVED) + 1)
        self.count = 0

    def takings(self) -> Iterator[OrderRecorded | ReceiptRecorded | InvoiceRecorded]:
        for activity in self.activities:
            self.count += 1
            match activity:
                case "Create Purchase Order Item":
                    yield self.order()
                case "Record Goods Receipt":
                    yield self.receipt(Decimal(1))
                case "Cancel Goods Receipt":
                    yield self.receipt(Decimal(-1))
                case "Record Invoice Receipt":
                    yield self.invoice(self.chance.choice([1, 1, 2]), credit=False)
                case "Cancel Invoice Receipt" | "Vendor creates debit memo":
                    yield self.invoice(-1, credit=True)
                case _:
                    pass

    def order(self) -> OrderRecorded:
        line = OrderLine(
            line=LINE, quantity=self.ordered, unit="EA", price=PRICE, net=PRICE * self.ordered
        )
        return OrderRecorded(
            evidence="o", supplier=SUPPLIER, currency=Currency("EUR"), lines=(line,)
        )

    def receipt(self, quantity: Decimal) -> ReceiptRecorded:
        self.received += quantity
        self.highest = max(self.highest, self.received)
        line = ReceiptLine(line=LINE, quantity=quantity)
        name = f"R{self.count}"
        return ReceiptRecorded(evidence=name, receipt=ReceiptNumber(name), lines=(line,))

    def invoice(self, quantity: int, *, credit: bool) -> InvoiceRecorded:
        price = self.chance.choice([PRICE, PRICE, PRICE, PRICE * 2])
        line = InvoiceLine(
            line=LINE, order_line=LINE, quantity=Decimal(quantity), unit="EA", price=price,
            net=price * quantity,
        )  # fmt: skip
        name = f"F{self.count}"
        return InvoiceRecorded(
            evidence=name, trace=None, supplier=SUPPLIER, invoice=InvoiceNumber(name),
            credit=credit, currency=Currency("EUR"), lines=(line,),
        )  # fmt: skip


def take(case: Case, one: OrderRecorded | ReceiptRecorded | InvoiceRecorded) -> list[CaseFact]:
    match one:
        case OrderRecorded():
            return take_order(case, one, POLICY)
        case ReceiptRecorded():
            return take_receipt(case, one, POLICY)
        case InvoiceRecorded():
            return take_invoice(case, one, POLICY)


@pytest.mark.skipif(not HISTORY.is_file(), reason=f"no history of real purchases at {HISTORY}")
def test_real_orders_of_events_end_with_one_decision_for_each_invoice() -> None:
    seen = dict.fromkeys(Outcome, 0)
    with gzip.open(HISTORY, "rt") as lines:
        for line in [line for n, line in enumerate(lines) if n % EVERY == 0]:
            for outcome in play(Item(json.loads(line))):
                seen[outcome] += 1
    # Both ways out were taken, and no order that came was missed
    assert seen[Outcome.MATCHED] > 10_000 / EVERY
    assert seen[Outcome.HELD] > 1_000 / EVERY


def play(item: Item) -> list[Outcome]:
    case, facts = Case(), list[CaseFact]()
    for one in item.takings():
        new = take(case, one)
        case = reduce(evolve, new, case)
        facts += new
    in_force = {fact.invoice: fact for fact in facts if isinstance(fact, MatchDecided)}
    invoices = [fact for fact in facts if isinstance(fact, InvoiceRecorded)]
    assert in_force.keys() == {invoice.invoice for invoice in invoices}
    matched = [one.lines[0].quantity for one in invoices if in_force[one.invoice].outcome.closes]
    assert sum(matched) <= min(item.ordered, item.highest)
    assert {one.invoice for one in case.open.values()} == {
        name for name, decided in in_force.items() if not decided.outcome.closes
    }
    assert rematch(case, POLICY) == []
    return [decided.outcome for decided in in_force.values()]
