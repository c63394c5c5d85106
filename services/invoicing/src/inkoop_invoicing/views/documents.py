"""Which invoice does a received document belong to, and who may see it?"""

from collections.abc import Iterator
from typing import Any

from inkoop_events.values import split_invoice_key
from inkoop_invoicing.application.invoicing import INVOICE
from inkoop_invoicing.domain.invoice import (
    Invoice,
    InvoiceDuplicated,
    InvoiceFact,
    InvoiceReceived,
)
from inkoop_kit.desk import Desk
from inkoop_kit.streams import Told
from inkoop_kit.views import Column, View

_SEEN = "select true as seen from documents where sha256 = %(sha256)s limit 1"
_OF_INVOICE = """select sha256, in_force from documents
    where department = %(department)s and supplier = %(supplier)s and number = %(number)s
    order by in_force desc, sha256 limit 1000"""


def _rows(told: Told[Invoice, InvoiceFact]) -> Iterator[tuple[Any, ...]]:
    match told.fact:
        case InvoiceReceived(document=document):
            yield *split_invoice_key(told.key), document, True
        case InvoiceDuplicated(document=document):
            yield *split_invoice_key(told.key), document, False
        case _:
            return


DOCUMENTS = View(
    name="documents",
    kind=INVOICE,
    columns=(
        Column("department", "text", key=True),
        Column("supplier", "text", key=True),
        Column("number", "text", key=True),
        Column("sha256", "text", key=True),
        Column("in_force", "boolean"),
    ),
    rows=_rows,
)


async def may_see(desk: Desk, organisation: str, sha256: str) -> bool:
    """Whether a document with this hash belongs to an invoice that the organisation may see."""
    return bool(await desk.read(organisation, _SEEN, {"sha256": sha256}))


async def duplicates_of(
    desk: Desk, organisation: str, department: str, supplier: str, number: str
) -> list[str]:
    """The hashes of the documents that came later with the number of this invoice."""
    values = {"department": department, "supplier": supplier, "number": number}
    rows = await desk.read(organisation, _OF_INVOICE, values)
    return [row["sha256"] for row in rows if not row["in_force"]]
