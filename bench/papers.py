"""Documents in the official formats, 5 lines each, made by putting numbers into ready bytes."""

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from bench.messages import DEPARTMENT, LINES, OPERATOR
from inkoop_documents import render_ubl
from inkoop_documents.testing import (
    an_invoice,
    an_invoice_line,
    an_order,
    an_order_line,
    peppol_order,
)
from inkoop_events.values import OrderNumber

CALLER = {"X-Organisation": OPERATOR, "X-Actor": "bench"}
_ORDER, _INVOICE = "4500000000", "F000000000"


class Papers:
    """Of orders of `lines` lines of 1,000 pieces each; an invoice asks for one of each."""

    def __init__(self, lines: int = LINES) -> None:
        ordered = [an_order_line(str(n), "1000") for n in range(1, lines + 1)]
        charged = [an_invoice_line(str(n), "1") for n in range(1, lines + 1)]
        self._order = peppol_order(an_order(_ORDER, ordered))
        self._invoice = render_ubl(an_invoice(_INVOICE, charged, order=OrderNumber(_ORDER)))
        receipt = {
            "type": "receipt", "department": DEPARTMENT, "order": _ORDER, "receipt": "R-1",
            "received": "2026-11-05",
            "lines": [{"line": str(n), "quantity": "1000"} for n in range(1, lines + 1)],
        }  # fmt: skip
        self._receipt = json.dumps(receipt).encode()

    def order(self, number: int) -> bytes:
        """An order in Peppol BIS Order 3."""
        return self._order.replace(_ORDER.encode(), order_number(number).encode())

    def receipt(self, number: int) -> bytes:
        """All of an order came in, as JSON."""
        return self._receipt.replace(_ORDER.encode(), order_number(number).encode())

    def invoice(self, number: int, order: int) -> bytes:
        """An invoice in NLCIUS."""
        named = self._invoice.replace(_ORDER.encode(), order_number(order).encode())
        return named.replace(_INVOICE.encode(), f"F{number:09d}".encode())


def order_number(number: int) -> str:
    """As the messages have it."""
    return str(4_500_000_000 + number)


def zipped(documents: list[bytes]) -> bytes:
    """An archive of these, in their order."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for number, data in enumerate(documents):
            archive.writestr(f"{number}.{'json' if data[:1] == b'{' else 'xml'}", data)
    return packed.getvalue()
