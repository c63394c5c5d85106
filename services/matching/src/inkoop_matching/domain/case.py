"""The case of one order: what decisions need of its order, receipts and invoices, and no more.

It holds sums and the invoices that are still open; closed ones live on in the sums only, so that
the cost of an invoice does not grow with the invoices before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, TypeAlias, assert_never

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
_Charge: TypeAlias = tuple[LineId, Decimal, Decimal]
"""So much of an order line, and its value."""


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
    open: Mapping[str, OpenInvoice] = field(default_factory=dict[str, OpenInvoice])
    """By `name_of` their supplier and number, in the order of arrival."""


def evolve(case: Case, fact: CaseFact) -> Case:
    """Apply a fact. Never refuses: history is true, also when today's rules differ."""
    match fact:
        case MatchDecided():
            return _decided(case, fact)
        case InvoiceRecorded():
            invoices = {**case.open, name_of(fact.supplier, fact.invoice): opened(fact)}
            return Case(case.order, case.ordered, case.received, case.invoiced, invoices)
        case ReceiptRecorded():
            return Case(case.order, case.ordered, _receive(case, fact), case.invoiced, case.open)
        case OrderRecorded():
            order = Order(fact.evidence, fact.supplier, fact.currency)
            return Case(order, _order(fact), case.received, case.invoiced, case.open)
        case _:
            assert_never(fact)


def name_of(supplier: SupplierId, invoice: InvoiceNumber) -> str:
    """What an invoice is called within its order."""
    return f"{supplier}/{invoice}"


def opened(fact: InvoiceRecorded) -> OpenInvoice:
    """The invoice as it is before its first decision."""
    return OpenInvoice(
        fact.supplier, fact.invoice, fact.currency, fact.evidence, fact.trace, fact.lines
    )


def named(lines: Iterable[InvoiceLine]) -> tuple[LineId | None, ...]:
    """The order lines that the supplier named."""
    return tuple([line.order_line for line in lines])


def lowers(line: InvoiceLine) -> bool:
    """True for a line that adds no quantity: it takes back what was invoiced, or corrects it."""
    return line.quantity <= _ZERO


def worth(case: Case, currency: Currency, line: InvoiceLine, order_line: LineId) -> Decimal:
    """The value of a line in the order's currency; at the order's price if it is in another."""
    ordered = case.ordered.get(order_line)
    if ordered is None or case.order is None or currency == case.order.currency:
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
    name = name_of(fact.supplier, fact.invoice)
    if (invoice := case.open.get(name)) is None:
        return case
    invoiced, invoices = case.invoiced, dict(case.open)
    placed, before = invoice.placed, invoice.before
    takes: list[_Charge] = []
    if fact.outcome is not Outcome.WAITING:
        if first := placed is None:
            placed, before = fact.placed or named(invoice.lines), invoiced
        invoiced, takes = _count(case, invoice, placed, puts=first)
    if not fact.outcome.closes:
        invoices[name] = _in_force(invoice, fact, placed, before)
        return Case(case.order, case.ordered, case.received, invoiced, invoices)
    del invoices[name]
    if takes:
        invoiced = _add(invoiced, takes)
        invoices = {known: _lowered(other, takes) for known, other in invoices.items()}
    return Case(case.order, case.ordered, case.received, invoiced, invoices)


def _in_force(
    invoice: OpenInvoice,
    fact: MatchDecided,
    placed: tuple[LineId | None, ...] | None,
    before: Mapping[LineId, Invoiced],
) -> OpenInvoice:
    """The open invoice with its decision, and what was invoiced before it on its own lines."""
    return invoice._replace(
        number=fact.number,
        outcome=fact.outcome,
        findings=fact.findings,
        placed=placed,
        before={line: before.get(line, NOTHING) for line in placed or () if line is not None},
    )


def _count(
    case: Case, invoice: OpenInvoice, placed: tuple[LineId | None, ...], *, puts: bool
) -> tuple[Mapping[LineId, Invoiced], list[_Charge]]:
    """The sums with what an invoice `puts` on order lines, and what it would take back."""
    sums = dict(case.invoiced) if puts else {}
    takes: list[_Charge] = []
    foreign = case.order is not None and invoice.currency != case.order.currency
    for line, order_line in zip(invoice.lines, placed, strict=False):
        if order_line is None:
            continue
        value = worth(case, invoice.currency, line, order_line) if foreign else line.net
        if lowers(line):
            takes.append((order_line, line.quantity, value))
        elif puts:
            quantity, before = sums.get(order_line, NOTHING)
            sums[order_line] = Invoiced(quantity + line.quantity, before + value)
    return (sums if puts else case.invoiced), takes


def _add(sums: Mapping[LineId, Invoiced], charges: Iterable[_Charge]) -> dict[LineId, Invoiced]:
    added = dict(sums)
    for line, more, worth_more in charges:
        quantity, value = added.get(line, NOTHING)
        added[line] = Invoiced(quantity + more, value + worth_more)
    return added


def _lowered(invoice: OpenInvoice, takes: Iterable[_Charge]) -> OpenInvoice:
    """An open invoice after a credit: less was invoiced before it, whichever came first."""
    touched = [charge for charge in takes if charge[0] in invoice.before]
    return invoice._replace(before=_add(invoice.before, touched)) if touched else invoice
