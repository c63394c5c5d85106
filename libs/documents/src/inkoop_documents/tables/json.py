"""The documents in JSON: their fields, with the same kinds of values as in XML."""

from inkoop_documents.terms import Kind, Part, Term

_HEAD = (
    Term("type", "type"),
    Term("department", "department"),
    Term("order", "order"),
    Term("supplier", "supplier"),
)

ORDER_JSON = Part(
    "order",
    "",
    (
        *_HEAD,
        Term("currency", "currency"),
        Term("issued", "issued", Kind.DATE),
        Part(
            "lines",
            "lines",
            (
                Term("line", "line"),
                Term("quantity", "quantity", Kind.QUANTITY),
                Term("unit", "unit"),
                Term("price", "price", Kind.PRICE),
                Term("net", "net", Kind.AMOUNT),
                Term("description", "description"),
            ),
        ),
    ),
)

RECEIPT_JSON = Part(
    "receipt",
    "",
    (
        *_HEAD,
        Term("receipt", "receipt"),
        Term("received", "received", Kind.DATE),
        Part(
            "lines",
            "lines",
            (Term("line", "line"), Term("quantity", "quantity", Kind.QUANTITY)),
        ),
    ),
)

INVOICE_JSON = Part(
    "invoice",
    "",
    (
        *_HEAD,
        Term("invoice", "invoice"),
        Term("currency", "currency"),
        Term("issued", "issued", Kind.DATE),
        Term("vat", "vat", Kind.AMOUNT),
        Part(
            "lines",
            "lines",
            (
                Term("line", "line"),
                Term("order", "order"),
                Term("order_line", "order_line"),
                Term("quantity", "quantity", Kind.QUANTITY),
                Term("unit", "unit"),
                Term("price", "price", Kind.PRICE),
                Term("net", "net", Kind.AMOUNT),
                Term("description", "description"),
            ),
        ),
    ),
)

JSON_PARTS = {
    "order": ORDER_JSON,
    "receipt": RECEIPT_JSON,
    "invoice": INVOICE_JSON,
    "credit-note": INVOICE_JSON,
}
"""By the field `type`."""
