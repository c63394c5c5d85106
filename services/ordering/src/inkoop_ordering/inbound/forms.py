"""Orders and receipts as JSON."""

from typing import Literal

from inkoop_events.values import (
    CurrencyField,
    LineId,
    OinField,
    line_net,
)
from inkoop_events.values.faults import describe
from inkoop_events.values.inputs import (
    LinesInput,
    OrderNumberInput,
    ReceiptNumberInput,
    SupplierIdInput,
)
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
    order: OrderNumberInput
    supplier: SupplierIdInput
    currency: CurrencyField
    issued: Day
    lines: LinesInput[OrderLineForm]


class ReceiptLineForm(Form):
    """How much of an order line came in."""

    line: LineId
    quantity: Exact


class ReceiptForm(Form):
    """What a department received of its order."""

    type: Literal["receipt"] = "receipt"
    department: OinField
    order: OrderNumberInput
    receipt: ReceiptNumberInput
    received: Day
    lines: LinesInput[ReceiptLineForm]


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
