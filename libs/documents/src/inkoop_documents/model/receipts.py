"""A receipt: goods or services came in on an order."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inkoop_events.values import LineId, Oin, OrderNumber, ReceiptNumber, SupplierId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """How much of an order line came in, in the unit of the order line; never negative."""

    line: LineId
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The department says what it received of one order."""

    department: Oin
    order: OrderNumber
    number: ReceiptNumber
    received: date
    lines: tuple[ReceiptLine, ...]
    supplier: SupplierId | None = None
