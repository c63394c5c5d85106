"""The life of one order: what was ordered, and what came in of it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import ClassVar, TypeAlias, assert_never

from inkoop_events.values import (
    Currency,
    LineId,
    OrderNumber,
    ReceiptNumber,
    Refused,
    SupplierId,
)
from inkoop_events.values.faults import (
    Fault,
    amount_faults,
    line_count_faults,
    price_faults,
    quantity_faults,
    reference_faults,
    refuse_when,
    repeated_line_faults,
    size_faults,
    text_faults,
)

MAX_RECEIPTS = 10_000
"""Receipts of one order; the state keeps a mark of each, see `Order.receipts`."""

_MARK = 16


class OrderState(Enum):
    """Where an order stands, for people; expected: there are receipts, the order is not there."""

    EXPECTED = "expected"
    PLACED = "placed"
    PARTLY_RECEIVED = "partly-received"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of an order: `price` is net for one `unit`, `net` the line's amount to the cent."""

    line: LineId
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced:
    """A department placed an order with a supplier."""

    TYPE: ClassVar[str] = "order-placed"
    VERSION: ClassVar[int] = 1

    supplier: SupplierId
    currency: Currency
    issued: date
    lines: tuple[OrderLine, ...]
    document: str
    """SHA-256 of the received bytes, hexadecimal: what tells a repeat from a duplicate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDuplicated:
    """Another document came with the number of an order that was there: kept, never in force."""

    TYPE: ClassVar[str] = "order-duplicated"
    VERSION: ClassVar[int] = 1

    document: str
    first_document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """How much of an order line came in, in the order line's unit."""

    line: LineId
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecorded:
    """A department received goods or services of its order, which may itself still be on its way.

    `supplier` is the order's; none when the order was not there yet.
    """

    TYPE: ClassVar[str] = "receipt-recorded"
    VERSION: ClassVar[int] = 1

    receipt: ReceiptNumber
    received: date
    lines: tuple[ReceiptLine, ...]
    supplier: SupplierId | None = None


OrderFact: TypeAlias = OrderPlaced | OrderDuplicated | ReceiptRecorded


def _no_quantities() -> dict[LineId, Decimal]:
    return {}


def _no_receipts() -> dict[ReceiptNumber, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What decisions on an order need; without facts: an order that nobody placed yet."""

    document: str | None = None
    supplier: SupplierId | None = None
    currency: Currency | None = None
    issued: date | None = None
    net: Decimal = Decimal(0)
    lines: int = 0
    duplicates: int = 0
    remaining: Mapping[LineId, Decimal] = field(default_factory=_no_quantities)
    """Ordered minus received, by line; below zero when more came in than was ordered (so far)."""
    receipts: Mapping[ReceiptNumber, str] = field(default_factory=_no_receipts)
    """A 64-bit mark of each receipt's content, by its number. The numbers have to be known for as
    long as the order lives, or a receipt given twice would be paid twice; the kit's command table
    cannot know that two commands with different keys name one receipt."""


def evolve(order: Order, fact: OrderFact) -> Order:
    """Apply a fact. Never refuses: history is true, also when today's rules differ."""
    match fact:
        case OrderPlaced():
            return _placed(order, fact)
        case OrderDuplicated():
            return replace(order, duplicates=order.duplicates + 1)
        case ReceiptRecorded(receipt=number, lines=lines):
            remaining = dict(order.remaining)
            for line in lines:
                remaining[line.line] = remaining.get(line.line, Decimal(0)) - line.quantity
            marks = {**order.receipts, number: _mark(fact)}
            return replace(order, remaining=remaining, receipts=marks)
        case _:
            assert_never(fact)


def state_of(order: Order) -> OrderState:
    """Where it stands; a line counts as received when no less came in than was ordered."""
    if order.document is None:
        return OrderState.EXPECTED
    if not order.receipts:
        return OrderState.PLACED
    complete = all(left <= 0 for left in order.remaining.values())
    return OrderState.RECEIVED if complete else OrderState.PARTLY_RECEIVED


def place(order: Order, number: OrderNumber, claim: OrderPlaced) -> Iterator[OrderFact]:
    """Place an order. The same document again changes nothing, another one is a duplicate.

    Raises Faulty with everything that is wrong with the order.
    """
    refuse_when(_order_faults(number, claim))
    if order.document is None:
        yield claim
    elif order.document != claim.document:
        yield OrderDuplicated(document=claim.document, first_document=order.document)


def record_receipt(
    order: Order, number: OrderNumber, claim: ReceiptRecorded
) -> Iterator[OrderFact]:
    """Record what came in, also when the order itself is not there yet (whichever comes first).

    The same receipt again changes nothing. Raises Faulty with everything that is wrong with the
    receipt; Refused DUPLICATE when its number was used for something else.
    """
    refuse_when(_receipt_faults(order, number, claim))
    known = order.receipts.get(claim.receipt)
    if known is None and len(order.receipts) >= MAX_RECEIPTS:
        raise Refused("TOO_MANY_RECEIPTS", f"an order takes at most {MAX_RECEIPTS} receipts")
    if known is None:
        yield replace(claim, supplier=order.supplier)
    elif known != _mark(claim):
        raise Refused(
            "DUPLICATE", f"receipt {claim.receipt} was recorded with other lines or another date"
        )


def _placed(order: Order, placed: OrderPlaced) -> Order:
    remaining = dict(order.remaining)
    for line in placed.lines:
        remaining[line.line] = remaining.get(line.line, Decimal(0)) + line.quantity
    return replace(
        order,
        document=placed.document,
        supplier=placed.supplier,
        currency=placed.currency,
        issued=placed.issued,
        net=sum((line.net for line in placed.lines), Decimal(0)),
        lines=len(placed.lines),
        remaining=remaining,
    )


def _mark(receipt: ReceiptRecorded) -> str:
    lines = sorted((line.line, f"{line.quantity.normalize():f}") for line in receipt.lines)
    content = repr((receipt.received.isoformat(), lines))
    return hashlib.sha256(content.encode()).hexdigest()[:_MARK]


def _order_faults(number: OrderNumber, claim: OrderPlaced) -> Iterator[Fault]:
    yield from reference_faults(number, "order")
    yield from line_count_faults(len(claim.lines))
    yield from size_faults(
        text for line in claim.lines for text in (line.line, line.unit, line.description)
    )
    yield from repeated_line_faults(line.line for line in claim.lines)
    for line in claim.lines:
        yield from _line_faults(line)


def _line_faults(line: OrderLine) -> Iterator[Fault]:
    yield from reference_faults(line.line, "line", line.line)
    yield from reference_faults(line.unit, "unit", line.line)
    yield from text_faults(line.description, "description", line.line)
    yield from quantity_faults(line.quantity, line.line)
    yield from price_faults(line.price, line.line)
    yield from amount_faults(line.net, "net", line.line)


def _receipt_faults(order: Order, number: OrderNumber, claim: ReceiptRecorded) -> Iterator[Fault]:
    yield from reference_faults(number, "order")
    yield from reference_faults(claim.receipt, "receipt")
    yield from line_count_faults(len(claim.lines))
    yield from size_faults(line.line for line in claim.lines)
    for line in claim.lines:
        yield from reference_faults(line.line, "line", line.line)
        yield from quantity_faults(line.quantity, line.line)
        if order.document is not None and line.line not in order.remaining:
            yield Fault("UNKNOWN_ORDER_LINE", "line", line.line)
