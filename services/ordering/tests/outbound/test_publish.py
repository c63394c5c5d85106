from datetime import date
from decimal import Decimal

from inkoop_events import ordering as public
from inkoop_events.values import Currency, LineId, Oin, OrderNumber, ReceiptNumber, SupplierId
from inkoop_ordering.domain.order import (
    OrderDuplicated,
    OrderLine,
    OrderPlaced,
    ReceiptLine,
    ReceiptRecorded,
)
from inkoop_ordering.outbound.publish import to_public

DEPARTMENT = Oin("00000001003214345000")
KEY = f"{DEPARTMENT}/4500/2026"


def test_a_placed_order_is_told_with_all_its_lines() -> None:
    line = OrderLine(
        line=LineId("1"),
        quantity=Decimal(10),
        unit="EA",
        price=Decimal("12.5"),
        net=Decimal(125),
        description="Stoel",
    )
    fact = OrderPlaced(
        supplier=SupplierId("0106:12345678"),
        currency=Currency("EUR"),
        issued=date(2026, 11, 1),
        lines=(line,),
        document="aa",
    )
    event = to_public(KEY, fact)
    assert isinstance(event, public.OrderPlaced)
    assert (event.department, event.order, event.key) == (DEPARTMENT, "4500/2026", KEY)
    assert event.lines == (
        public.OrderedLine(
            line=LineId("1"),
            quantity=Decimal(10),
            unit="EA",
            price=Decimal("12.5"),
            net=Decimal(125),
            description="Stoel",
        ),
    )


def test_a_receipt_is_told_as_goods_received() -> None:
    fact = ReceiptRecorded(
        receipt=ReceiptNumber("R-1"),
        received=date(2026, 11, 2),
        lines=(ReceiptLine(line=LineId("1"), quantity=Decimal(5)),),
    )
    assert to_public(KEY, fact) == public.GoodsReceived(
        department=DEPARTMENT,
        order=OrderNumber("4500/2026"),
        receipt=ReceiptNumber("R-1"),
        received=date(2026, 11, 2),
        lines=(public.ReceivedLine(line=LineId("1"), quantity=Decimal(5)),),
    )


def test_a_duplicate_order_concerns_nobody_else() -> None:
    assert to_public(KEY, OrderDuplicated(document="bb", first_document="aa")) is None
