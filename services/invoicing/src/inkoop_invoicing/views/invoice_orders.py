"""Which invoices does an order have, and what did matching say of each?"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from inkoop_events.values import invoice_key, order_named, split_invoice_key
from inkoop_invoicing.application.invoicing import INVOICE
from inkoop_invoicing.domain.invoice import (
    Invoice,
    InvoiceFact,
    InvoicePresented,
    MatchNoted,
    Outcome,
)
from inkoop_kit.desk import Desk
from inkoop_kit.streams import Told
from inkoop_kit.views import Column, View

_OF_INVOICE = """select order_number, outcome, codes, decision from invoice_orders
    where department = %(department)s and supplier = %(supplier)s and number = %(number)s
    order by order_number"""
_OF_ORDER = """select department, supplier, number from invoice_orders
    where order_number = %(order)s and (%(department)s::text is null
        or department = %(department)s)
    order by department, supplier, number limit 1000"""


class OrderMatch(BaseModel):
    """One order of an invoice; without an outcome matching did not decide yet."""

    order_number: str
    outcome: Outcome | None
    codes: list[str]
    decision: str | None


def _rows(told: Told[Invoice, InvoiceFact]) -> Iterator[tuple[Any, ...]]:
    department, supplier, number = split_invoice_key(told.key)
    match told.fact:
        case InvoicePresented(order=order):
            yield department, order, supplier, number, None, (), None
        case MatchNoted(order=order, outcome=outcome, codes=codes, decision=decision):
            yield department, order, supplier, number, outcome.value, codes, decision
        case _:
            return


INVOICE_ORDERS = View(
    name="invoice_orders",
    kind=INVOICE,
    columns=(
        Column("department", "text", key=True),
        Column("order_number", "text", key=True),
        Column("supplier", "text", key=True),
        Column("number", "text", key=True),
        Column("outcome", "text"),
        Column("codes", "text[]"),
        Column("decision", "text"),
    ),
    rows=_rows,
)


async def matches_of(
    desk: Desk, organisation: str, department: str, supplier: str, number: str
) -> list[OrderMatch]:
    """The orders of an invoice, with the decision in force on each."""
    values = {"department": department, "supplier": supplier, "number": number}
    rows = await desk.read(organisation, _OF_INVOICE, values)
    return [OrderMatch(**row) for row in rows]


async def invoices_of(desk: Desk, organisation: str, reference: str) -> list[str]:
    """The keys of the invoices that name an order, given as its full key or its bare number."""
    department, number = order_named(reference)
    rows = await desk.read(organisation, _OF_ORDER, {"department": department, "order": number})
    return [invoice_key(row["department"], row["supplier"], row["number"]) for row in rows]
