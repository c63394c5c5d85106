from datetime import date
from decimal import Decimal

from inkoop_events import invoicing as public
from inkoop_events.values import Currency, LineId, OrderNumber
from inkoop_invoicing.domain.invoice import (
    InvoiceBecamePayable,
    InvoiceDuplicated,
    InvoiceHeld,
    InvoiceKind,
    InvoiceLine,
    InvoicePresented,
    InvoiceReceived,
    MatchNoted,
    Outcome,
)
from inkoop_invoicing.outbound.publish import to_public

KEY = "00000001003214345000/0106:12345678/F-2026/17"
ORDER = OrderNumber("4500")
EUR = Currency("EUR")
DAY = date(2026, 11, 5)


def test_a_received_invoice_is_told_under_its_key() -> None:
    fact = InvoiceReceived(
        kind=InvoiceKind.INVOICE,
        issued=DAY,
        currency=EUR,
        net=Decimal(25),
        vat=Decimal("5.25"),
        payable=Decimal("30.25"),
        orders=(ORDER,),
        document="aa",
    )
    event = to_public(KEY, fact)
    assert isinstance(event, public.InvoiceReceived)
    assert (event.key, event.invoice, event.payable) == (KEY, "F-2026/17", Decimal("30.25"))


def test_a_presented_part_is_told_under_the_key_of_its_order() -> None:
    line = InvoiceLine(
        line=LineId("1"), quantity=Decimal(-1), unit="EA", price=Decimal(3), net=Decimal(-3)
    )
    fact = InvoicePresented(
        order=ORDER, kind=InvoiceKind.CREDIT_NOTE, issued=DAY, currency=EUR, lines=(line,)
    )
    event = to_public(KEY, fact)
    assert isinstance(event, public.InvoicePresented)
    assert event.key == "00000001003214345000/4500"
    assert event.kind is public.InvoiceKind.CREDIT_NOTE
    assert [(part.quantity, part.net) for part in event.lines] == [(Decimal(-1), Decimal(-3))]


def test_a_hold_names_the_order_that_asks_and_the_decision() -> None:
    event = to_public(KEY, InvoiceHeld(codes=("PRICE",), order=ORDER, decision="d|1"))
    assert isinstance(event, public.InvoiceHeld)
    assert (event.codes, event.order, event.decision) == (("PRICE",), ORDER, "d|1")


def test_a_duplicate_names_both_documents() -> None:
    event = to_public(KEY, InvoiceDuplicated(document="bb", first_document="aa"))
    assert isinstance(event, public.InvoiceDuplicated)
    assert (event.document, event.first_document) == ("bb", "aa")


def test_a_payable_invoice_names_the_decisions_in_force() -> None:
    fact = InvoiceBecamePayable(
        kind=InvoiceKind.INVOICE,
        currency=EUR,
        payable=Decimal("30.25"),
        decisions=("d|1",),
        document="aa",
    )
    event = to_public(KEY, fact)
    assert isinstance(event, public.InvoiceBecamePayable)
    assert (event.payable, event.decisions) == (Decimal("30.25"), ("d|1",))


def test_a_noted_decision_is_not_told_again() -> None:
    noted = MatchNoted(order=ORDER, decision="d|1", number=1, outcome=Outcome.MATCHED)
    assert to_public(KEY, noted) is None
