"""What the invoicing service tells the others: the life of an invoice."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import ClassVar

from inkoop_events.values import (
    CurrencyField,
    InvoiceKey,
    InvoiceNumber,
    LineId,
    OinField,
    OrderKey,
    OrderNumber,
    SupplierId,
    invoice_key,
    order_key,
)

TOPIC = "inkoop.invoicing"
"""Key: the invoice's key."""
PRESENTED_TOPIC = "inkoop.invoicing.presented"
"""Key: the order's key, so that matching reads it beside the order."""


class InvoiceKind(Enum):
    """What the document asks: payment, or to lower what was invoiced (BT-3: 380 or 381 and kin)."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReceived:
    """A supplier's invoice or credit note was accepted for processing; its amounts are claims."""

    TYPE: ClassVar[str] = "nl.inkoop.invoice.received.v1"
    TOPIC: ClassVar[str] = TOPIC

    department: OinField
    supplier: SupplierId
    invoice: InvoiceNumber
    kind: InvoiceKind
    issued: date
    currency: CurrencyField
    net: Decimal
    vat: Decimal
    payable: Decimal
    orders: tuple[OrderNumber, ...]
    document: str
    """SHA-256 of the received bytes, hexadecimal."""

    @property
    def key(self) -> InvoiceKey:
        """The key of the message: the invoice's key."""
        return invoice_key(self.department, self.supplier, self.invoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicedLine:
    """One line of an invoice that is charged to one order.

    `quantity` and `net` may be negative: they then lower what is invoiced. On a credit note both
    are given as on the document, positive for what is credited. `price` is the net price of one
    unit: net ÷ quantity before rounding, after allowances and charges of the line.
    """

    line: LineId
    order_line: LineId | None
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePresented:
    """The part of an invoice that concerns one order was presented for matching with it."""

    TYPE: ClassVar[str] = "nl.inkoop.invoice.presented.v1"
    TOPIC: ClassVar[str] = PRESENTED_TOPIC

    department: OinField
    order: OrderNumber
    supplier: SupplierId
    invoice: InvoiceNumber
    kind: InvoiceKind
    issued: date
    currency: CurrencyField
    lines: tuple[InvoicedLine, ...]

    @property
    def key(self) -> OrderKey:
        """The key of the message: the order's key."""
        return order_key(self.department, self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceHeld:
    """An invoice cannot be paid now: `codes` say why.

    `order` is the order that asks; none when the invoice itself is the reason.
    """

    TYPE: ClassVar[str] = "nl.inkoop.invoice.held.v1"
    TOPIC: ClassVar[str] = TOPIC

    department: OinField
    supplier: SupplierId
    invoice: InvoiceNumber
    codes: tuple[str, ...]
    order: OrderNumber | None = None
    decision: str | None = None
    """The decision of matching that it rests on."""

    @property
    def key(self) -> InvoiceKey:
        """The key of the message: the invoice's key."""
        return invoice_key(self.department, self.supplier, self.invoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDuplicated:
    """Another document came with the number of an invoice that was there: kept, never paid."""

    TYPE: ClassVar[str] = "nl.inkoop.invoice.duplicated.v1"
    TOPIC: ClassVar[str] = TOPIC

    department: OinField
    supplier: SupplierId
    invoice: InvoiceNumber
    document: str
    first_document: str

    @property
    def key(self) -> InvoiceKey:
        """The key of the message: the invoice's key."""
        return invoice_key(self.department, self.supplier, self.invoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceBecamePayable:
    """Every order of the invoice matched it: it may be paid. At most once for an invoice."""

    TYPE: ClassVar[str] = "nl.inkoop.invoice.became-payable.v1"
    TOPIC: ClassVar[str] = TOPIC

    department: OinField
    supplier: SupplierId
    invoice: InvoiceNumber
    kind: InvoiceKind
    currency: CurrencyField
    payable: Decimal
    decisions: tuple[str, ...]
    """The decisions in force, one for each order."""
    document: str

    @property
    def key(self) -> InvoiceKey:
        """The key of the message: the invoice's key."""
        return invoice_key(self.department, self.supplier, self.invoice)


EVENTS: tuple[type, ...] = (
    InvoiceReceived,
    InvoicePresented,
    InvoiceHeld,
    InvoiceDuplicated,
    InvoiceBecamePayable,
)
