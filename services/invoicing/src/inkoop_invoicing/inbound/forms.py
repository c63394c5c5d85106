"""Invoices and credit notes as JSON."""

from decimal import Context, Decimal
from typing import Literal

from pydantic import model_validator

from inkoop_events.values import (
    CENT,
    CurrencyField,
    LineId,
    OinField,
    line_net,
)
from inkoop_events.values.faults import describe
from inkoop_events.values.inputs import (
    InvoiceNumberInput,
    LinesInput,
    OrderNumberInput,
    SupplierIdInput,
)
from inkoop_host.forms import Day, Exact, Form
from inkoop_invoicing.domain.invoice import InvoiceKind, InvoiceLine
from inkoop_invoicing.domain.reception import Claim, ClaimLine

_EXACT = Context(prec=130)
"""Enough for a sum of amounts that are not judged yet."""


class InvoiceLineForm(Form):
    """One line; `net` is quantity × price to the cent when it is not given.

    `order` is the order that the line itself names: it goes before the one of the header.
    """

    line: LineId
    order_line: LineId | None = None
    order: OrderNumberInput | None = None
    quantity: Exact
    unit: str
    price: Exact
    net: Exact | None = None
    description: str = ""

    @model_validator(mode="after")
    def _adds_up(self) -> "InvoiceLineForm":
        if self.net is not None and abs(self.net - self.computed_net) > CENT:
            raise ValueError(f"net is not quantity × price, which is {self.computed_net:f}")
        return self

    @property
    def computed_net(self) -> Decimal:
        """What the line's amount is when it is not given."""
        return line_net(self.quantity, self.price)


class InvoiceForm(Form):
    """An invoice or credit note of a supplier; what is to be settled is its lines and the VAT."""

    type: Literal["invoice", "credit-note"]
    department: OinField
    supplier: SupplierIdInput
    invoice: InvoiceNumberInput
    issued: Day
    currency: CurrencyField
    order: OrderNumberInput | None = None
    lines: LinesInput[InvoiceLineForm]
    vat: Exact = Decimal(0)


def invoice_claim(form: InvoiceForm, document: str) -> Claim:
    """What an invoice form claims; `document` is the SHA-256 of its bytes."""
    lines = tuple(ClaimLine(line=_line(line), order=line.order) for line in form.lines)
    net = _EXACT.create_decimal(0)
    for line in lines:
        net = _EXACT.add(net, line.line.net)
    return Claim(
        kind=InvoiceKind(form.type),
        issued=form.issued,
        currency=form.currency,
        net=net,
        vat=form.vat,
        payable=_EXACT.add(net, form.vat),
        order=form.order,
        lines=lines,
        document=document,
    )


def _line(form: InvoiceLineForm) -> InvoiceLine:
    return InvoiceLine(
        line=form.line,
        order_line=form.order_line,
        quantity=form.quantity,
        unit=form.unit,
        price=form.price,
        net=form.computed_net if form.net is None else form.net,
        description=describe(form.description),
    )
