"""Documents in JSON."""

import json
from typing import Any

from inkoop_documents.model import Invoice, Order
from inkoop_documents.rendering.writing import plain
from inkoop_documents.testing.values import DEPARTMENT_OIN, ORDER_NUMBER


def order_json(order: Order, /, **more: Any) -> bytes:  # noqa: ANN401 — any field
    """An order; `more` adds or replaces fields."""
    lines = [
        {
            "line": line.line,
            "quantity": plain(line.quantity),
            "unit": line.unit,
            "price": plain(line.price),
            "description": line.label,
        }
        for line in order.lines
    ]
    return _bytes(
        {
            "type": "order",
            "department": order.department,
            "order": order.number,
            "supplier": order.supplier_id,
            "currency": order.currency,
            "issued": order.issued.isoformat(),
            "lines": lines,
            **more,
        }
    )


def receipt_json(
    receipt: str = "R-1",
    quantity: str = "10",
    **more: Any,  # noqa: ANN401 — any field
) -> bytes:
    """A receipt of line 1 of the usual order."""
    return _bytes(
        {
            "type": "receipt",
            "department": DEPARTMENT_OIN,
            "order": ORDER_NUMBER,
            "receipt": receipt,
            "received": "2026-11-05",
            "lines": [{"line": "1", "quantity": quantity}],
            **more,
        }
    )


def invoice_json(invoice: Invoice, /, **more: Any) -> bytes:  # noqa: ANN401 — any field
    """An invoice or credit note."""
    lines = [
        {
            "line": line.line,
            "order_line": line.order_line,
            "quantity": plain(line.quantity),
            "unit": line.unit,
            "price": plain(line.price),
            "description": line.label,
        }
        for line in invoice.lines
    ]
    return _bytes(
        {
            "type": invoice.kind.value,
            "department": invoice.department,
            "supplier": invoice.supplier_id,
            "invoice": invoice.number,
            "issued": invoice.issued.isoformat(),
            "currency": invoice.currency,
            "order": invoice.order,
            "vat": plain(invoice.totals.vat),
            "lines": lines,
            **more,
        }
    )


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
