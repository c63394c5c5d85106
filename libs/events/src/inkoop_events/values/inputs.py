"""Values as fields of JSON that comes in: judged by the value, with the limits in the schema."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from inkoop_events.values import (
    MAX_LINES,
    MAX_NUMBER_LENGTH,
    InvoiceNumber,
    OrderNumber,
    ReceiptNumber,
    SupplierId,
    parse_invoice_number,
    parse_order_number,
    parse_receipt_number,
    parse_supplier_id,
)

L = TypeVar("L")
_NUMBER = Field(
    json_schema_extra={"minLength": 1, "maxLength": MAX_NUMBER_LENGTH, "pattern": r"\S"}
)
_SUPPLIER = Field(
    json_schema_extra={"pattern": r"^[0-9]{4}:[^/]{1,100}$", "examples": ["0106:12345678"]}
)

OrderNumberInput = Annotated[OrderNumber, AfterValidator(parse_order_number), _NUMBER]
"""The number of an order; ValueError for what is none (see `parse_order_number`)."""
ReceiptNumberInput = Annotated[ReceiptNumber, AfterValidator(parse_receipt_number), _NUMBER]
"""The number of a receipt; ValueError for what is none."""
InvoiceNumberInput = Annotated[InvoiceNumber, AfterValidator(parse_invoice_number), _NUMBER]
"""The number of an invoice or credit note; ValueError for what is none."""
SupplierIdInput = Annotated[SupplierId, AfterValidator(parse_supplier_id), _SUPPLIER]
"""A supplier, `<ISO 6523 scheme>:<identifier>`; ValueError for what is none."""
LinesInput = Annotated[
    tuple[L, ...], Field(json_schema_extra={"minItems": 1, "maxItems": MAX_LINES})
]
"""The lines of a document. Only the schema says how many: the document's own rules judge it."""
