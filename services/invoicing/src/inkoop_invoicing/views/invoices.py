"""Which invoices are there, where do they stand, and why?"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from inkoop_events.values import invoice_key, invoice_named, split_invoice_key
from inkoop_invoicing.application.invoicing import INVOICE
from inkoop_invoicing.domain.invoice import (
    Invoice,
    InvoiceFact,
    InvoiceKind,
    InvoiceState,
    codes_of,
    state_of,
)
from inkoop_kit.desk import Desk
from inkoop_kit.streams import Told
from inkoop_kit.views import Column, View

_COLUMNS = """department, supplier, number, kind, state, codes, orders, currency, net, vat, payable,
    issued, duplicates, document, changed_at"""
_ONE = f"""select {_COLUMNS} from invoices
    where department = %(department)s and supplier = %(supplier)s
        and number = %(number)s"""  # noqa: S608 — a constant
_PAGE = f"""select {_COLUMNS} from invoices
    where (%(department)s::text is null or department = %(department)s)
        and (%(state)s::text is null or state = %(state)s)
        and (department, supplier, number)
            > (%(after_department)s, %(after_supplier)s, %(after_number)s)
    order by department, supplier, number limit %(limit)s"""  # noqa: S608 — a constant
_KEYS = """select department, supplier, number from invoices
    where number = %(number)s order by department, supplier limit 100"""


class InvoiceRow(BaseModel):
    """An invoice as people see it; `codes` say why it is held or waits, amounts are its claims."""

    department: str
    supplier: str
    number: str
    kind: InvoiceKind
    state: InvoiceState
    codes: list[str]
    orders: list[str]
    currency: str
    net: Decimal
    vat: Decimal
    payable: Decimal
    issued: date
    duplicates: int
    document: str
    changed_at: datetime

    @property
    def key(self) -> str:
        """The key of the invoice's stream and messages."""
        return f"{self.department}/{self.supplier}/{self.number}"


def _rows(told: Told[Invoice, InvoiceFact]) -> Iterator[tuple[Any, ...]]:
    invoice, received = told.state, told.state.received
    if received is None:
        return
    yield (
        *split_invoice_key(told.key),
        received.kind.value,
        state_of(invoice).value,
        codes_of(invoice),
        received.orders,
        received.currency,
        received.net,
        received.vat,
        received.payable,
        received.issued,
        invoice.duplicates,
        received.document,
        told.cause.occurred_at,
    )


INVOICES = View(
    name="invoices",
    kind=INVOICE,
    columns=(
        Column("department", "text", key=True),
        Column("supplier", "text", key=True),
        Column("number", "text", key=True),
        Column("kind", "text"),
        Column("state", "text"),
        Column("codes", "text[]"),
        Column("orders", "text[]"),
        Column("currency", "text"),
        Column("net", "numeric"),
        Column("vat", "numeric"),
        Column("payable", "numeric"),
        Column("issued", "date"),
        Column("duplicates", "integer"),
        Column("document", "text"),
        Column("changed_at", "timestamptz"),
    ),
    rows=_rows,
)


async def find_invoice(
    desk: Desk, organisation: str, department: str, supplier: str, number: str
) -> InvoiceRow | None:
    """The invoice with this number of this supplier, when the organisation may see it."""
    values = {"department": department, "supplier": supplier, "number": number}
    rows = await desk.read(organisation, _ONE, values)
    return InvoiceRow(**rows[0]) if rows else None


async def list_invoices(
    desk: Desk,
    organisation: str,
    department: str | None,
    state: InvoiceState | None,
    after: str,
    limit: int,
) -> list[InvoiceRow]:
    """The invoices behind the key `after`, in the order of their keys."""
    after_department, after_supplier, after_number = [*after.split("/", 2), "", "", ""][:3]
    values = {
        "department": department,
        "state": state.value if state else None,
        "after_department": after_department,
        "after_supplier": after_supplier,
        "after_number": after_number,
        "limit": limit,
    }
    return [InvoiceRow(**row) for row in await desk.read(organisation, _PAGE, values)]


async def keys_of(desk: Desk, organisation: str, reference: str) -> list[str]:
    """The keys of the invoices that a full key or a bare number names, if they may be seen."""
    department, supplier, number = invoice_named(reference)
    if department is not None and supplier is not None:
        row = await find_invoice(desk, organisation, department, supplier, number)
        return [row.key] if row else []
    rows = await desk.read(organisation, _KEYS, {"number": number})
    return [invoice_key(row["department"], row["supplier"], row["number"]) for row in rows]
