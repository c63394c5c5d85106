"""The view of orders: what rows its facts give. That a rebuild gives the same is a story test."""

from datetime import UTC, date, datetime
from decimal import Decimal

from inkoop_events.values import Currency, LineId, ReceiptNumber, SupplierId
from inkoop_kit.streams import Cause, Told
from inkoop_ordering.domain.order import (
    Order,
    OrderFact,
    OrderLine,
    OrderPlaced,
    ReceiptLine,
    ReceiptRecorded,
    evolve,
)
from inkoop_ordering.views.orders import ORDERS

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACED = OrderPlaced(
    supplier=SupplierId("0106:12345678"),
    currency=Currency("EUR"),
    issued=date(2026, 11, 1),
    lines=(
        OrderLine(
            line=LineId("1"), quantity=Decimal(2), unit="EA", price=Decimal(5), net=Decimal(10)
        ),
    ),
    document="aa",
)
RECEIVED = ReceiptRecorded(
    receipt=ReceiptNumber("R-1"),
    received=date(2026, 11, 2),
    lines=(ReceiptLine(line=LineId("1"), quantity=Decimal(2)),),
)


def row_after(*facts: OrderFact) -> dict[str, object]:
    state, row = Order(), ()
    for version, fact in enumerate(facts, 1):
        state = evolve(state, fact)
        cause = Cause("command/x", "jan", "00000001003214345000", "", NOW)
        told = Told("00000001003214345000/4500/1", 3, version, fact, state, cause)
        [row] = ORDERS.rows(told)
    return dict(zip((column.name for column in ORDERS.columns), row, strict=True))


def test_a_placed_order_is_shown_with_its_sum() -> None:
    row = row_after(PLACED)
    assert (row["department"], row["number"]) == ("00000001003214345000", "4500/1")
    assert (row["state"], row["net"], row["lines"]) == ("placed", Decimal(10), 1)
    assert row["changed_at"] == NOW


def test_the_order_of_order_and_receipt_makes_no_difference() -> None:
    assert row_after(PLACED, RECEIVED) == row_after(RECEIVED, PLACED)


def test_an_order_that_is_only_expected_has_no_supplier() -> None:
    row = row_after(RECEIVED)
    assert (row["state"], row["supplier"], row["receipts"]) == ("expected", None, 1)
