"""The case of one order: what decisions need of its order, receipts and invoices, and no more.

It holds sums and the invoices that are still open; closed ones live on in the sums only, so that
the cost of an invoice does not grow with the invoices before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, assert_never

from inkoop_events.values import Currency, InvoiceNumber, LineId, SupplierId
from inkoop_matching.domain.facts import (
    CaseFact,
    Finding,
    InvoiceLine,
    InvoiceRecorded,
    MatchDecided,
    OrderRecorded,
    Outcome,
    ReceiptRecorded,
)

_ZERO = Decimal(0)


class Order(NamedTuple):
    """Whose order it is, in which currency, and the event that told it."""

    evidence: str
    supplier: SupplierId
    currency: Currency


class Ordered(NamedTuple):
    """What an order line asks: quantity, net unit price, net amount."""

    quantity: Decimal
    price: Decimal
    net: Decimal
    description: str


class Received(NamedTuple):
    """How much of a line came in, and the last receipt of it."""

    quantity: Decimal
    evidence: str


class Invoiced(NamedTuple):
    """How much of a line was invoiced, and its value in the order's currency."""

    quantity: Decimal
    value: Decimal


NOTHING = Invoiced(_ZERO, _ZERO)


class OpenInvoice(NamedTuple):
    """An invoice that waits or is held, with its last decision."""

    supplier: SupplierId
    invoice: InvoiceNumber
    currency: Currency
    evidence: str
    trace: str | None
    lines: tuple[InvoiceLine, ...]
    number: int = 0
    outcome: Outcome = Outcome.WAITING
    findings: tuple[Finding, ...] = ()
    placed: tuple[LineId | None, ...] | None = None
    """The order line of each of its lines; none as long as it is not counted."""
    before: Mapping[LineId, Invoiced] = {}
    """What was invoiced before it on each order line that it touches."""


@dataclass(frozen=True, slots=True)
class Case:
    """Sums per order line and open invoices in the order of arrival; never changed in place."""

    order: Order | None = None
    ordered: Mapping[LineId, Ordered] = field(default_factory=dict[LineId, Ordered])
    received: Mapping[LineId, Received] = field(default_factory=dict[LineId, Received])
    """May hold lines that the order does not know."""
    invoiced: Mapping[LineId, Invoiced] = field(default_factory=dict[LineId, Invoiced])
    """What raises counts from its arrival, held or not; what lowers counts once it is matched."""
    open: tuple[OpenInvoice, ...] = ()


def evolve(case: Case, fact: CaseFact) -> Case:
    """Apply a fact. Never refuses: history is true, also when today's rules differ."""
    match fact:
        case MatchDecided():
            return _decided(case, fact)
        case InvoiceRecorded():
            return Case(
                case.order, case.ordered, case.received, case.invoiced, (*case.open, opened(fact))
            )
        case ReceiptRecorded():
            return Case(case.order, case.ordered, _receive(case, fact), case.invoiced, case.open)
        case OrderRecorded():
            order = Order(fact.evidence, fact.supplier, fact.currency)
            return Case(order, _order(fact), case.received, case.invoiced, case.open)
        case _:
            assert_never(fact)


def opened(fact: InvoiceRecorded) -> OpenInvoice:
    """The invoice as it is before its first decision."""
    return OpenInvoice(
        fact.supplier, fact.invoice, fact.currency, fact.evidence, fact.trace, fact.lines
    )


def named(lines: Iterable[InvoiceLine]) -> tuple[LineId | None, ...]:
    """The order lines that the supplier named."""
    return tuple([line.order_line for line in lines])


def lowers(line: InvoiceLine) -> bool:
    """True for a line that takes back: credited or corrected."""
    return line.quantity < 0 or (not line.quantity and line.net < 0)


def worth(case: Case, invoice: OpenInvoice, line: InvoiceLine, order_line: LineId) -> Decimal:
    """The value of a line in the order's currency; at the order's price if it is in another."""
    ordered = case.ordered.get(order_line)
    if ordered is None or case.order is None or invoice.currency == case.order.currency:
        return line.net
    return line.quantity * ordered.price


def _order(fact: OrderRecorded) -> dict[LineId, Ordered]:
    return {
        line.line: Ordered(line.quantity, line.price, line.net, line.description)
        for line in fact.lines
    }


def _receive(case: Case, fact: ReceiptRecorded) -> dict[LineId, Received]:
    received = dict(case.received)
    for line in fact.lines:
        known = received.get(line.line)
        quantity = line.quantity if known is None else known.quantity + line.quantity
        received[line.line] = Received(quantity, fact.evidence)
    return received


def _decided(case: Case, fact: MatchDecided) -> Case:
    """Put a decision in force: count the invoice the first time, close it when it is matched."""
    at = _place_of(case.open, fact)
    if at is None:
        return case
    invoice = case.open[at]._replace(
        number=fact.number, outcome=fact.outcome, findings=fact.findings
    )
    invoiced = case.invoiced
    if invoice.placed is None and fact.outcome is not Outcome.WAITING:
        placed = fact.placed or named(invoice.lines)
        before = {line: invoiced.get(line, NOTHING) for line in placed if line is not None}
        invoice = invoice._replace(placed=placed, before=before)
        invoiced = _add(invoiced, _charges(case, invoice, lowering=False))
    if not fact.outcome.closes:
        still_open = (*case.open[:at], invoice, *case.open[at + 1 :])
        return Case(case.order, case.ordered, case.received, invoiced, still_open)
    others = (*case.open[:at], *case.open[at + 1 :])
    if back := _charges(case, invoice, lowering=True):
        invoiced = _add(invoiced, back)
        others = tuple([_lowered(other, back) for other in others])
    return Case(case.order, case.ordered, case.received, invoiced, others)


def _place_of(invoices: tuple[OpenInvoice, ...], fact: MatchDecided) -> int | None:
    """Where the invoice of a decision stands; most often it came last."""
    last = len(invoices) - 1
    for at in (last, *range(last)) if last >= 0 else ():
        if invoices[at].invoice == fact.invoice and invoices[at].supplier == fact.supplier:
            return at
    return None


def _charges(
    case: Case, invoice: OpenInvoice, *, lowering: bool
) -> list[tuple[LineId, Decimal, Decimal]]:
    """What an invoice puts on order lines, or what it takes back: line, quantity, value."""
    return [
        (order_line, line.quantity, worth(case, invoice, line, order_line))
        for line, order_line in zip(invoice.lines, invoice.placed or (), strict=False)
        if order_line is not None and lowers(line) is lowering
    ]


def _add(
    sums: Mapping[LineId, Invoiced], charges: Iterable[tuple[LineId, Decimal, Decimal]]
) -> dict[LineId, Invoiced]:
    added = dict(sums)
    for line, quantity, value in charges:
        known = added.get(line)
        added[line] = (
            Invoiced(quantity, value)
            if known is None
            else Invoiced(known.quantity + quantity, known.value + value)
        )
    return added


def _lowered(invoice: OpenInvoice, back: Iterable[tuple[LineId, Decimal, Decimal]]) -> OpenInvoice:
    """An open invoice after a credit: less was invoiced before it, whichever came first."""
    touched = [charge for charge in back if charge[0] in invoice.before]
    return invoice._replace(before=_add(invoice.before, touched)) if touched else invoice
