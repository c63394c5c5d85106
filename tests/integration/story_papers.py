"""Documents of the market's department and supplier in the official formats, and in archives."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from story_market import DEPARTMENT, SUPPLIER

from inkoop_documents import InvoiceLine, OrderLine, render_ubl
from inkoop_documents.model import Identifier, Party
from inkoop_documents.testing import DEPARTMENT as MINISTRY
from inkoop_documents.testing import SUPPLIER as SHOP
from inkoop_documents.testing import an_invoice, an_order, peppol_order
from inkoop_events.values import OrderNumber


def ubl_order(number: str, *lines: OrderLine) -> bytes:
    """An order in Peppol BIS Order 3; by default ten pieces at 12.50."""
    return peppol_order(replace(an_order(number, lines), buyer=_buyer(), supplier=_supplier()))


def ubl_invoice(number: str, order: str, *lines: InvoiceLine) -> bytes:
    """An invoice in NLCIUS; by default ten pieces at 12.50 of line 1."""
    named = OrderNumber(order)
    return render_ubl(an_invoice(number, lines, order=named, buyer=_buyer(), supplier=_supplier()))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive of these files, in this order."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def _buyer() -> Party:
    return _known_as(MINISTRY, "0190", DEPARTMENT)


def _supplier() -> Party:
    scheme, _, value = SUPPLIER.partition(":")
    return _known_as(SHOP, scheme, value)


def _known_as(party: Party, scheme: str, value: str) -> Party:
    name = Identifier(value=value, scheme=scheme)
    return replace(party, endpoint=name, registration=name)
