"""Which of our facts the others hear of, and in what words."""

from typing import TypeAlias, assert_never

from inkoop_events import invoicing as public
from inkoop_events.values import split_invoice_key
from inkoop_invoicing.domain.invoice import (
    InvoiceBecamePayable,
    InvoiceDuplicated,
    InvoiceFact,
    InvoiceHeld,
    InvoicePresented,
    InvoiceReceived,
    MatchNoted,
)

PublicEvent: TypeAlias = (
    public.InvoiceReceived
    | public.InvoicePresented
    | public.InvoiceHeld
    | public.InvoiceDuplicated
    | public.InvoiceBecamePayable
)
TOLD_ONCE = (
    public.InvoiceReceived,
    public.InvoicePresented,
    public.InvoiceDuplicated,
    public.InvoiceBecamePayable,
)
"""Each stands for one thing: an invoice presented again would be counted again, or paid."""


def to_public(key: str, fact: InvoiceFact) -> PublicEvent | None:
    """One fact gives at most one public event; that a decision was noted matching itself told."""
    match fact:
        case InvoiceReceived():
            return _received(key, fact)
        case InvoicePresented():
            return _presented(key, fact)
        case InvoiceHeld():
            return _held(key, fact)
        case InvoiceDuplicated():
            return _duplicated(key, fact)
        case InvoiceBecamePayable():
            return _became_payable(key, fact)
        case MatchNoted():
            return None
        case _:
            assert_never(fact)


def _received(key: str, fact: InvoiceReceived) -> public.InvoiceReceived:
    department, supplier, invoice = split_invoice_key(key)
    return public.InvoiceReceived(
        department=department,
        supplier=supplier,
        invoice=invoice,
        kind=public.InvoiceKind(fact.kind.value),
        issued=fact.issued,
        currency=fact.currency,
        net=fact.net,
        vat=fact.vat,
        payable=fact.payable,
        orders=fact.orders,
        document=fact.document,
    )


def _presented(key: str, fact: InvoicePresented) -> public.InvoicePresented:
    department, supplier, invoice = split_invoice_key(key)
    lines = tuple(
        public.InvoicedLine(
            line=line.line,
            order_line=line.order_line,
            quantity=line.quantity,
            unit=line.unit,
            price=line.price,
            net=line.net,
            description=line.description,
        )
        for line in fact.lines
    )
    return public.InvoicePresented(
        department=department,
        order=fact.order,
        supplier=supplier,
        invoice=invoice,
        kind=public.InvoiceKind(fact.kind.value),
        issued=fact.issued,
        currency=fact.currency,
        lines=lines,
    )


def _held(key: str, fact: InvoiceHeld) -> public.InvoiceHeld:
    department, supplier, invoice = split_invoice_key(key)
    return public.InvoiceHeld(
        department=department,
        supplier=supplier,
        invoice=invoice,
        codes=fact.codes,
        order=fact.order,
        decision=fact.decision,
        lines=fact.lines,
    )


def _duplicated(key: str, fact: InvoiceDuplicated) -> public.InvoiceDuplicated:
    department, supplier, invoice = split_invoice_key(key)
    return public.InvoiceDuplicated(
        department=department,
        supplier=supplier,
        invoice=invoice,
        document=fact.document,
        first_document=fact.first_document,
    )


def _became_payable(key: str, fact: InvoiceBecamePayable) -> public.InvoiceBecamePayable:
    department, supplier, invoice = split_invoice_key(key)
    return public.InvoiceBecamePayable(
        department=department,
        supplier=supplier,
        invoice=invoice,
        kind=public.InvoiceKind(fact.kind.value),
        currency=fact.currency,
        payable=fact.payable,
        decisions=fact.decisions,
        document=fact.document,
    )
