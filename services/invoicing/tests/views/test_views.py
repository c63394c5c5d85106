"""The views of invoices: what rows their facts give."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from inkoop_events.values import Currency, OrderNumber
from inkoop_invoicing.domain.invoice import (
    Invoice,
    InvoiceDuplicated,
    InvoiceFact,
    InvoiceHeld,
    InvoiceKind,
    InvoicePresented,
    InvoiceReceived,
    MatchNoted,
    Outcome,
    evolve,
)
from inkoop_invoicing.views.documents import DOCUMENTS
from inkoop_invoicing.views.invoice_orders import INVOICE_ORDERS
from inkoop_invoicing.views.invoices import INVOICES
from inkoop_kit.streams import Cause, Told
from inkoop_kit.views import View

KEY = ("00000001003214345000", "0106:12345678", "F/1")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
A, B = OrderNumber("A"), OrderNumber("B")
EUR = Currency("EUR")
RECEIVED = InvoiceReceived(
    kind=InvoiceKind.INVOICE,
    issued=date(2026, 11, 5),
    currency=EUR,
    net=Decimal(100),
    vat=Decimal(21),
    payable=Decimal(121),
    orders=(A, B),
    document="aa",
)


def presented(order: OrderNumber) -> InvoicePresented:
    return InvoicePresented(
        order=order, kind=InvoiceKind.INVOICE, issued=RECEIVED.issued, currency=EUR, lines=()
    )


HELD = MatchNoted(order=A, decision="d|2", number=2, outcome=Outcome.HELD, codes=("PRICE",))
WAITING = MatchNoted(
    order=B, decision="e|1", number=1, outcome=Outcome.WAITING, codes=("NO_ORDER_YET",)
)


def rows(view: View[Invoice, InvoiceFact], *facts: InvoiceFact) -> Iterator[dict[str, Any]]:
    state = Invoice()
    cause = Cause("command/x", "jan", KEY[0], "", NOW)
    for version, fact in enumerate(facts, 1):
        state = evolve(state, fact)
        for row in view.rows(Told("/".join(KEY), 3, version, fact, state, cause)):
            yield dict(zip((column.name for column in view.columns), row, strict=True))


def test_an_invoice_is_shown_with_its_state_and_reasons() -> None:
    *_, row = rows(INVOICES, RECEIVED, presented(A), presented(B), WAITING, HELD)
    assert (row["department"], row["supplier"], row["number"]) == KEY
    assert (row["state"], row["codes"]) == ("held", ("PRICE", "NO_ORDER_YET"))
    assert (row["payable"], row["orders"], row["changed_at"]) == (Decimal(121), ("A", "B"), NOW)


def test_the_orders_of_an_invoice_are_shown_with_the_decision_in_force() -> None:
    facts = (RECEIVED, presented(A), HELD, InvoiceHeld(codes=("PRICE",), order=A))
    before, after = rows(INVOICE_ORDERS, *facts)
    assert (before["order_number"], before["outcome"]) == ("A", None)
    assert (after["outcome"], after["decision"], after["codes"]) == ("held", "d|2", ("PRICE",))


def test_every_document_of_an_invoice_is_known() -> None:
    duplicate = InvoiceDuplicated(document="bb", first_document="aa")
    documents = [(row["sha256"], row["in_force"]) for row in rows(DOCUMENTS, RECEIVED, duplicate)]
    assert documents == [("aa", True), ("bb", False)]
