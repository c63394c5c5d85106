"""What the ordering service tells the others: orders and receipts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from inkoop_events.values import (
    CurrencyField,
    LineId,
    OinField,
    OrderKey,
    OrderNumber,
    ReceiptNumber,
    SupplierId,
    check_numbers,
    order_key,
)

TOPIC = "inkoop.ordering"
"""Key: the order's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine:
    """One line of an order.

    `quantity` is in `unit` (UN/ECE Recommendation 20, as on the document); `price` the net price
    of one unit after allowances, excluding VAT, at most 10 decimals; `net` the line's net amount
    in the order's currency, excluding VAT, to the cent.
    """

    line: LineId
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
class OrderPlaced:
    """A department placed an order with a supplier.

    `lines` are all lines, each line id once; `issued` is the date on the order. Published
    once for an order number.
    """

    TYPE: ClassVar[str] = "nl.inkoop.order.placed.v1"
    TOPIC: ClassVar[str] = TOPIC

    department: OinField
    order: OrderNumber
    supplier: SupplierId
    currency: CurrencyField
    issued: date
    lines: tuple[OrderedLine, ...]
    document: str | None = None
    """SHA-256 of the received document, hexadecimal; none for an order given as data."""

    @property
    def key(self) -> OrderKey:
        """The key of the message: the order's key."""
        return order_key(self.department, self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLine:
    """How much of an order line came in, in the unit of the order line; never negative."""

    line: LineId
    """The line of the order."""
    quantity: Decimal

    def __post_init__(self) -> None:
        """Raises ValueError for a number that no document has."""
        check_numbers(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsReceived:
    """A department received goods or services that it had ordered.

    Quantities of receipts of one order add up. `receipt` is unique within its order; `received`
    the day on which they came in.
    """

    TYPE: ClassVar[str] = "nl.inkoop.goods.received.v1"
    TOPIC: ClassVar[str] = TOPIC

    department: OinField
    order: OrderNumber
    receipt: ReceiptNumber
    received: date
    lines: tuple[ReceivedLine, ...]
    supplier: SupplierId | None = None

    @property
    def key(self) -> OrderKey:
        """The key of the message: the order's key."""
        return order_key(self.department, self.order)


EVENTS: tuple[type, ...] = (OrderPlaced, GoodsReceived)
