"""Plays a case of the language of matching cases through the questions that matching answers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

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
    to_cents,
)
from inkoop_kit.streams import Ask, Cause
from inkoop_matching.application.matching import CASE, Matching
from inkoop_matching.domain.case import NOTHING, Case
from inkoop_matching.domain.facts import (
    CaseFact,
    Finding,
    InvoiceRecorded,
    MatchDecided,
    ReceiptLine,
    ReceiptRecorded,
)
from inkoop_matching.domain.intake import take_receipt
from inkoop_matching.domain.policy import Match, Policies, Policy, parse_policy

Data = Mapping[str, Any]
_HEADER: dict[str, Any] = {
    "department": Oin("00000001003214345000"),
    "order": OrderNumber("4500000001"),
}
_SUPPLIER = "0106:12345678"
_OUTCOMES = {
    "match": {"matched"},
    "match_with_notice": {"matched-with-notice"},
    "hold": {"held"},
    "refuse": {"held"},
    "not_matched": {"held"},
    "wait": {"waiting"},
}


@pytest.fixture
def play() -> Callable[[Data], list[str]]:
    """Give a case, get what differs from its expectations.

    Raises NotImplementedError for what is not in our scope.
    """
    return lambda case: list(_Play(case).run())


class _Play:
    def __init__(self, case: Data) -> None:
        self._given = case
        try:
            self._policy = parse_policy(case["policy"])
        except ValueError as error:
            raise NotImplementedError(error) from error
        self._matching = Matching(Policies(self._policy, {}))
        self._case = Case()
        self._facts: list[CaseFact] = []
        self._in_force: dict[str, MatchDecided] = {}
        self._causes = 0

    def run(self) -> Iterator[str]:
        events = list(_events(self._given))
        if all(kind != "order" for kind, _, _ in events):
            self._take("order", {})
        self._open(self._given.get("opening", {}))
        for kind, data, expect in events:
            held = {name for name, it in self._in_force.items() if not it.outcome.closes}
            self._take(kind, data)
            now_held = {name for name, it in self._in_force.items() if not it.outcome.closes}
            yield from self._compare(kind, data, expect, held - now_held, held & now_held)
        yield from self._final(self._given.get("final", {}))

    def _take(self, kind: str, data: Data) -> None:
        self._causes += 1
        day = datetime(2026, 1, 2, tzinfo=UTC)
        cause = Cause(f"case/0-{self._causes}", "somebody", _HEADER["department"], "c", day)
        ask = self._ask(kind, data, cause)
        for fact in ask.decide(self._case):
            self._case = CASE.evolve(self._case, fact)
            self._facts.append(fact)
            if isinstance(fact, MatchDecided):
                self._in_force[fact.invoice] = fact

    def _ask(self, kind: str, data: Data, cause: Cause) -> Ask[Case, CaseFact]:
        match kind:
            case "order":
                return self._matching.record_order(_order(self._given["order"]), cause)
            case "receipt":
                return self._matching.record_receipt(_receipt(data), cause)
            case "return":
                return _returned(data, cause, self._policy)
            case "invoice" | "credit_note":
                credit = kind == "credit_note" or data.get("kind") == "credit_note"
                return self._matching.record_invoice(_invoice(data, credit=credit), cause)
            case _:
                raise NotImplementedError(f"event {kind}")

    def _open(self, opening: Data) -> None:
        """Bring about the state before the first event."""
        for line, state in opening.items():
            for what, kind in (("received", "receipt"), ("invoiced", "invoice")):
                if state.get(what):
                    price = next(o["price"] for o in self._lines() if str(o["id"]) == str(line))
                    one = {"line": 1, "order_line": line, "qty": state[what], "price": price}
                    self._take(kind, {"id": f"opening {what} {line}", "lines": [one]})

    def _lines(self) -> Sequence[Data]:
        return self._given["order"]["lines"]

    def _compare(
        self, kind: str, data: Data, expect: Data, released: set[str], still: set[str]
    ) -> Iterator[str]:
        where = f"{kind} {data.get('id', '')}:"
        for key, wanted in expect.items():
            match key:
                case "released":
                    yield from _differs(where, key, set(map(str, wanted)), released)
                case "still_held":
                    yield from _differs(where, key, set(map(str, wanted)), still)
                case "outcome":
                    outcome = self._in_force[str(data["id"])].outcome.value
                    if outcome not in _OUTCOMES[wanted]:
                        yield f"{where} expected {wanted}, decided {outcome}"
                case "codes":
                    yield from self._codes(where, wanted, self._in_force[str(data["id"])])
                case "inferred":
                    yield from self._inferred(where, wanted, str(data["id"]))
                case _:
                    raise NotImplementedError(f"expect {key}")

    def _codes(self, where: str, wanted: Sequence[Data], decided: MatchDecided) -> Iterator[str]:
        found = {(_text(f.line), f.code): f for f in decided.findings}
        listed = {(_text(w.get("line")), w["code"]): w for w in wanted}
        yield from _differs(where, "codes", set(listed), set(found))
        for place in listed.keys() & found.keys():
            figures = self._figures(found[place])
            for name, value in listed[place].items():
                if name not in {"line", "code"} and figures[name] != Decimal(str(value)):
                    yield f"{where} {place} {name}: expected {value}, found {figures[name]}"

    def _figures(self, finding: Finding) -> dict[str, Decimal | None]:
        """What a finding says in the words of the language."""
        excess, actual = finding.excess or Decimal(0), finding.actual or Decimal(0)
        base = actual - excess
        pct = (excess / base * 100).quantize(Decimal("0.01"), ROUND_HALF_UP) if base else None
        limits = self._policy.price
        allowed = limits and (limits.over_pct if excess > 0 else limits.under_pct)
        return {
            "variance": excess,
            "variance_pct": pct,
            "allowed_pct": allowed,
            "excess": excess,
            "cumulative": actual,
            "invoice_net_price": actual,
            "order_net_price": base,
        }

    def _inferred(self, where: str, wanted: Data, invoice: str) -> Iterator[str]:
        decided = next(
            f for f in self._facts if isinstance(f, MatchDecided) and f.invoice == invoice
        )
        lines = next(
            f.lines for f in self._facts if isinstance(f, InvoiceRecorded) and f.invoice == invoice
        )
        placed = dict(zip([line.line for line in lines], decided.placed, strict=True))
        yield from _differs(
            where, "inferred", {(str(k), _text(v)) for k, v in wanted.items()}, set(placed.items())
        )

    def _final(self, final: Data) -> Iterator[str]:
        for line, wanted in final.items():
            found = self._sums(LineId(str(line)))
            for name, value in wanted.items():
                if found[name] != Decimal(str(value)):
                    yield f"final {line} {name}: expected {value}, found {found[name]}"

    def _sums(self, line: LineId) -> dict[str, Decimal]:
        """A line of the order in the words of the language."""
        zero = Decimal(0)
        ordered, got = self._case.ordered.get(line), self._case.received.get(line)
        quantity, received = ordered.quantity if ordered else zero, got.quantity if got else zero
        invoiced, value = self._case.invoiced.get(line, NOTHING)
        covered = quantity if self._policy.match is Match.TWO_WAY else min(quantity, received)
        return {
            "ordered": quantity,
            "received": received,
            "invoiced": invoiced,
            "matched": max(zero, min(invoiced, covered)),
            "open_to_receive": max(zero, quantity - received),
            "open_to_invoice": max(zero, quantity - invoiced),
            "received_not_invoiced": max(zero, received - invoiced),
            "amount_to_invoice": max(zero, (ordered.net if ordered else zero) - value),
        }


def _events(case: Data) -> Iterator[tuple[str, Data, Data]]:
    for event in case["events"]:
        expect: Data = event.get("expect") or {}
        [(kind, data)] = [(k, v) for k, v in event.items() if k != "expect"]
        yield kind, data or {}, expect


def _differs(where: str, what: str, wanted: set[Any], found: set[Any]) -> Iterator[str]:
    if wanted != found:
        pair = [sorted(map(str, one)) for one in (wanted, found)]
        yield f"{where} {what}: expected {pair[0]}, found {pair[1]}"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> Decimal:
    return Decimal(str(value))


def _order(order: Data) -> OrderPlaced:
    return OrderPlaced(
        **_HEADER,
        supplier=SupplierId(order.get("supplier", _SUPPLIER)),
        currency=Currency(order.get("currency", "EUR")),
        issued=date(2026, 1, 2),
        lines=tuple(
            OrderedLine(
                line=LineId(str(line["id"])),
                quantity=_number(line["qty"]),
                unit=line.get("uom", "EA"),
                price=_number(line["price"]),
                net=to_cents(_number(line["qty"]) * _number(line["price"])),
                description=line.get("name", ""),
            )
            for line in order["lines"]
        ),
    )


def _receipt(receipt: Data) -> GoodsReceived:
    return GoodsReceived(
        **_HEADER,
        receipt=ReceiptNumber(str(receipt["id"])),
        received=date(2026, 1, 3),
        lines=tuple(
            ReceivedLine(line=LineId(str(line["order_line"])), quantity=_number(line["qty"]))
            for line in receipt["lines"]
        ),
    )


def _returned(data: Data, cause: Cause, policy: Policy) -> Ask[Case, CaseFact]:
    """Goods that went back; no event tells it yet, the domain is ready for it."""
    lines = tuple(
        ReceiptLine(line=LineId(str(line["order_line"])), quantity=-_number(line["qty"]))
        for line in data["lines"]
    )
    fact = ReceiptRecorded(evidence=cause.id, receipt=ReceiptNumber(str(data["id"])), lines=lines)
    return Ask(CASE, "", lambda case: take_receipt(case, fact, policy))


def _invoice(invoice: Data, *, credit: bool) -> InvoicePresented:
    return InvoicePresented(
        **_HEADER,
        supplier=SupplierId(invoice.get("supplier", _SUPPLIER)),
        invoice=InvoiceNumber(str(invoice["id"])),
        kind=InvoiceKind.CREDIT_NOTE if credit else InvoiceKind.INVOICE,
        issued=date(2026, 1, 4),
        currency=Currency(invoice.get("currency", "EUR")),
        lines=tuple(map(_invoiced, invoice.get("lines", ()))),
    )


def _invoiced(line: Data) -> InvoicedLine:
    """The net unit price is (qty x price - line_discount + line_charges) / qty."""
    quantity = _number(line["qty"])
    extra = _number(line.get("line_charges", 0)) - _number(line.get("line_discount", 0))
    exact = _number(line["net"]) if "net" in line else quantity * _number(line["price"]) + extra
    price = exact / quantity if quantity and (extra or "price" not in line) else line["price"]
    order_line = line.get("order_line")
    return InvoicedLine(
        line=LineId(str(line["line"])),
        order_line=None if order_line is None else LineId(str(order_line)),
        quantity=quantity,
        unit=line.get("uom", "EA"),
        price=_number(price),
        net=to_cents(exact),
        description=line.get("name", ""),
    )
