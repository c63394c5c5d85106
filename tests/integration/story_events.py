"""Events as the services tell them, made by hand."""

from datetime import date
from decimal import Decimal

from story_market import DEPARTMENT, SUPPLIER

from inkoop_events.matching import MatchDecided, MatchFinding, MatchOutcome
from inkoop_events.ordering import GoodsReceived, OrderedLine, OrderPlaced, ReceivedLine
from inkoop_events.values import (
    Currency,
    InvoiceNumber,
    LineId,
    Oin,
    OrderNumber,
    ReceiptNumber,
    SupplierId,
    invoice_key,
    order_key,
)


def key_of(order: str) -> str:
    """The key of an order."""
    return order_key(Oin(DEPARTMENT), OrderNumber(order))


def invoice_key_of(invoice: str) -> str:
    """The key of an invoice."""
    return invoice_key(Oin(DEPARTMENT), SupplierId(SUPPLIER), InvoiceNumber(invoice))


def placed(number: str) -> OrderPlaced:
    """Ten pieces at 12.50."""
    ten, price = Decimal(10), Decimal("12.50")
    return OrderPlaced(
        department=Oin(DEPARTMENT),
        order=OrderNumber(number),
        supplier=SupplierId(SUPPLIER),
        currency=Currency("EUR"),
        issued=date(2026, 11, 1),
        lines=(
            OrderedLine(line=LineId("1"), quantity=ten, unit="EA", price=price, net=ten * price),
        ),
    )


def received(number: str, receipt: str, quantity: str = "1") -> GoodsReceived:
    """Pieces of line 1."""
    return GoodsReceived(
        department=Oin(DEPARTMENT),
        order=OrderNumber(number),
        receipt=ReceiptNumber(receipt),
        received=date(2026, 11, 2),
        lines=(ReceivedLine(line=LineId("1"), quantity=Decimal(quantity)),),
    )


def decided(order: str, invoice: str, number: int, *codes: str) -> MatchDecided:
    """The decision of this number: held for these reasons, or matched."""
    name = f"{key_of(order)}|{invoice_key_of(invoice)}"
    return MatchDecided(
        decision=f"{name}|{number}",
        number=number,
        replaces=f"{name}|{number - 1}" if number > 1 else None,
        department=Oin(DEPARTMENT),
        order=OrderNumber(order),
        supplier=SupplierId(SUPPLIER),
        invoice=InvoiceNumber(invoice),
        outcome=MatchOutcome.HELD if codes else MatchOutcome.MATCHED,
        findings=tuple(MatchFinding(code=code, rule="quantity") for code in codes),
        policy="default@1",
        rests_on=(),
    )
