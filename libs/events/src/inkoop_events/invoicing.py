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
    check_numbers,
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
    """A supplier's invoice or credit note was accepted for processing; its amounts are claims.

    `net` is the total without VAT (BT-109), `vat` the total VAT (BT-110), `payable` the amount due
    (BT-115), all in `currency` (BT-5), to the cent, positive on a credit note too. `orders` are the
    orders that it names (BT-13, or the lines' order references), without repetition.
    """

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

    def __post_init__(self) -> None:
        """Raises ValueError for a number that no document has."""
        check_numbers(self.net, self.vat, self.payable)

    @property
    def key(self) -> InvoiceKey:
        """The key of the message: the invoice's key."""
        return invoice_key(self.department, self.supplier, self.invoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicedLine:
    """One line of an invoice that is charged to one order.

    `quantity` (BT-129) and `net` (BT-131) may be negative: they then lower what is invoiced. On a
    credit note both are given as on the document, positive for what is credited. `unit` is BT-130.
    `price` is the net price of one unit: net ÷ quantity before rounding, after allowances and
    charges of the line, so it may have more than 10 decimals. Amounts exclude VAT.
    """

    line: LineId
    order_line: LineId | None
    """The line of the order that it is charged to (BT-132); none when the document names none."""
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    description: str = ""
    """For people: one line of printable characters, cut off at 250; the document is kept whole."""

    def __post_init__(self) -> None:
        """Raises ValueError for a number that no document has."""
        check_numbers(self.quantity, self.price, self.net)


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

    A code is stable, upper case, for machines: invoicing's own, such as `NO_ORDER_REFERENCE`, or
    those of matching's findings.
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
    """The decision of matching that it rests on: `MatchDecided.decision`."""
    lines: tuple[LineId, ...] = ()
    """The invoice lines that are meant when the invoice itself is the reason; none: all of it."""

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
    """SHA-256 of the document that came now, hexadecimal."""
    first_document: str
    """SHA-256 of the one that was there."""

    @property
    def key(self) -> InvoiceKey:
        """The key of the message: the invoice's key."""
        return invoice_key(self.department, self.supplier, self.invoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceBecamePayable:
    """Every order of the invoice matched it: it may be paid. At most once for an invoice.

    `payable` is the amount due (BT-115) in `currency`; for a credit note what is to be set off.
    """

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
    """SHA-256 of the received bytes, hexadecimal."""

    def __post_init__(self) -> None:
        """Raises ValueError for a number that no document has."""
        check_numbers(self.payable)

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
