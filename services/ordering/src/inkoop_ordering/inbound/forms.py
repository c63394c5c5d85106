"""Orders and receipts as JSON."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from inkoop_events.values import (
    CurrencyField,
    LineId,
    OinField,
    OrderNumber,
    ReceiptNumber,
    SupplierId,
    line_net,
    parse_order_number,
    parse_receipt_number,
    parse_supplier_id,
)
from inkoop_events.values.faults import describe
from inkoop_host.forms import Day, Exact, Form
from inkoop_ordering.domain.order import OrderLine, OrderPlaced, ReceiptLine, ReceiptRecorded


class OrderLineForm(Form):
    """One line of an order; `net` is quantity × price to the cent when it is not given."""

    line: LineId
    quantity: Exact
    unit: str
    price: Exact
    net: Exact | None = None
    description: str = ""


class OrderForm(Form):
    """An order that a department placed."""

    type: Literal["order"] = "order"
    department: OinField
    order: Annotated[OrderNumber, AfterValidator(parse_order_number)]
    supplier: Annotated[SupplierId, AfterValidator(parse_supplier_id)]
    currency: CurrencyField
    issued: Day
    lines: tuple[OrderLineForm, ...]


class ReceiptLineForm(Form):
    """How much of an order line came in."""

    line: LineId
    quantity: Exact


class ReceiptForm(Form):
    """What a department received of its order."""

    type: Literal["receipt"] = "receipt"
    department: OinField
    order: Annotated[OrderNumber, AfterValidator(parse_order_number)]
    receipt: Annotated[ReceiptNumber, AfterValidator(parse_receipt_number)]
    received: Day
    lines: tuple[ReceiptLineForm, ...]


def order_claim(form: OrderForm, document: str) -> OrderPlaced:
    """What an order form claims; `document` is the SHA-256 of its bytes."""
    return OrderPlaced(
        supplier=form.supplier,
        currency=form.currency,
        issued=form.issued,
        lines=tuple(
            OrderLine(
                line=line.line,
                quantity=line.quantity,
                unit=line.unit,
                price=line.price,
                net=line_net(line.quantity, line.price) if line.net is None else line.net,
                description=describe(line.description),
            )
            for line in form.lines
        ),
        document=document,
    )


def receipt_claim(form: ReceiptForm) -> ReceiptRecorded:
    """What a receipt form claims."""
    lines = (ReceiptLine(line=line.line, quantity=line.quantity) for line in form.lines)
    return ReceiptRecorded(receipt=form.receipt, received=form.received, lines=tuple(lines))
