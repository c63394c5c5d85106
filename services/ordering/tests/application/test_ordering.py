from datetime import date
from decimal import Decimal

from inkoop_events.values import Currency, LineId, Oin, OrderNumber, ReceiptNumber, SupplierId
from inkoop_kit.streams import Original
from inkoop_ordering.application.ordering import ORDER, Ordering
from inkoop_ordering.domain.order import OrderLine, OrderPlaced, ReceiptLine, ReceiptRecorded

DEPARTMENT = Oin("00000001003214345000")
ORIGINAL = Original("aa", "application/json", b"{}")


def test_an_order_and_its_receipt_are_asked_of_one_stream_and_their_bytes_are_kept() -> None:
    line = OrderLine(
        line=LineId("1"), quantity=Decimal(1), unit="EA", price=Decimal(1), net=Decimal(1)
    )
    order = OrderPlaced(
        supplier=SupplierId("0106:12345678"),
        currency=Currency("EUR"),
        issued=date(2026, 11, 1),
        lines=(line,),
        document="aa",
    )
    receipt = ReceiptRecorded(
        receipt=ReceiptNumber("R-1"),
        received=date(2026, 11, 2),
        lines=(ReceiptLine(line=LineId("1"), quantity=Decimal(1)),),
    )
    number = OrderNumber("4500")

    placing = Ordering().place_order(DEPARTMENT, number, order, ORIGINAL)
    recording = Ordering().record_receipt(DEPARTMENT, number, receipt, ORIGINAL)

    assert placing.key == recording.key == "00000001003214345000/4500"
    assert placing.originals == recording.originals == (ORIGINAL,)
    assert list(placing.decide(ORDER.state())) == [order]
    assert list(recording.decide(ORDER.state())) == [receipt]
