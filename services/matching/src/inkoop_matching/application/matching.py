"""What may be asked of matching: one method per event that it hears, each about one order."""

from typing import Final

import msgspec

from inkoop_events.invoicing import InvoiceKind, InvoicePresented
from inkoop_events.ordering import GoodsReceived, OrderPlaced
from inkoop_kit.streams import Ask, Cause, Kind
from inkoop_matching.domain.case import Case, evolve
from inkoop_matching.domain.facts import (
    CaseFact,
    InvoiceLine,
    InvoiceRecorded,
    MatchDecided,
    OrderLine,
    OrderRecorded,
    ReceiptLine,
    ReceiptRecorded,
)
from inkoop_matching.domain.intake import take_invoice, take_order, take_receipt
from inkoop_matching.domain.policy import Policies

_ORDERED: Final = tuple[OrderLine, ...]
_RECEIVED: Final = tuple[ReceiptLine, ...]
_INVOICED: Final = tuple[InvoiceLine, ...]


def _link(fact: CaseFact) -> str | None:
    """The submission that a decision is about, when something else caused it."""
    return fact.trace if isinstance(fact, MatchDecided) else None


CASE: Final[Kind[Case, CaseFact]] = Kind(
    name="case",
    facts=(OrderRecorded, ReceiptRecorded, InvoiceRecorded, MatchDecided),
    state=Case,
    evolve=evolve,
    links=_link,
    private=(OrderRecorded, ReceiptRecorded, InvoiceRecorded),
)
"""One stream per order; the key is the order's key."""


class Matching:
    """The three questions; the policy of a decision is that of the order's department."""

    def __init__(self, policies: Policies) -> None:
        self.policies = policies

    def record_order(self, placed: OrderPlaced, cause: Cause) -> Ask[Case, CaseFact]:
        """An order was placed: invoices may have waited for it."""
        order, policy = _order(placed, cause), self.policies.of(placed.department)
        return Ask(CASE, placed.key, lambda case: take_order(case, order, policy))

    def record_receipt(self, received: GoodsReceived, cause: Cause) -> Ask[Case, CaseFact]:
        """Goods or services came in: invoices may have been held for them."""
        receipt, policy = _receipt(received, cause), self.policies.of(received.department)
        return Ask(CASE, received.key, lambda case: take_receipt(case, receipt, policy))

    def record_invoice(self, presented: InvoicePresented, cause: Cause) -> Ask[Case, CaseFact]:
        """An invoice or credit note was presented: decide on its part for this order."""
        invoice, policy = _invoice(presented, cause), self.policies.of(presented.department)
        return Ask(CASE, presented.key, lambda case: take_invoice(case, invoice, policy))


def _order(placed: OrderPlaced, cause: Cause) -> OrderRecorded:
    return OrderRecorded(
        evidence=cause.id,
        supplier=placed.supplier,
        currency=placed.currency,
        lines=msgspec.convert(placed.lines, _ORDERED, from_attributes=True),
    )


def _receipt(received: GoodsReceived, cause: Cause) -> ReceiptRecorded:
    return ReceiptRecorded(
        evidence=cause.id,
        receipt=received.receipt,
        lines=msgspec.convert(received.lines, _RECEIVED, from_attributes=True),
    )


def _invoice(presented: InvoicePresented, cause: Cause) -> InvoiceRecorded:
    credit = presented.kind is InvoiceKind.CREDIT_NOTE
    lines = msgspec.convert(presented.lines, _INVOICED, from_attributes=True)
    return InvoiceRecorded(
        evidence=cause.id,
        trace=cause.trace,
        supplier=presented.supplier,
        invoice=presented.invoice,
        credit=credit,
        currency=presented.currency,
        lines=tuple([_negated(line) for line in lines]) if credit else lines,
    )


def _negated(line: InvoiceLine) -> InvoiceLine:
    """A credited line: what is positive on the document takes back."""
    return InvoiceLine(
        line=line.line,
        order_line=line.order_line,
        quantity=-line.quantity,
        unit=line.unit,
        price=line.price,
        net=-line.net,
        description=line.description,
    )
