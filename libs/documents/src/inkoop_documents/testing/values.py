"""Orders and invoices as values, with sums that are right."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from inkoop_documents.model import (
    Address,
    Contact,
    Identifier,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Order,
    OrderLine,
    Party,
    PaymentAccount,
    Totals,
    VatShare,
)
from inkoop_documents.model.prices import ONE, ZERO, line_net
from inkoop_documents.rules.nlcius import NLCIUS_ID
from inkoop_documents.values_of import cents
from inkoop_events.values import Currency, InvoiceNumber, LineId, OrderNumber

DEPARTMENT_OIN = "99990004000000000001"
ORDER_NUMBER = OrderNumber("4500000017")
EUR = Currency("EUR")

DEPARTMENT = Party(
    name="Ministerie van Proefnemingen",
    endpoint=Identifier(value=DEPARTMENT_OIN, scheme="0190"),
    registration=Identifier(value=DEPARTMENT_OIN, scheme="0190"),
    address=Address(street="Proefplein 1", city="Den Haag", postal_zone="2500 AA", country="NL"),
    contact=Contact(name="Inkoop", email="inkoop@proefnemingen.example"),
)
SUPPLIER = Party(
    name="Kantoorhandel De Vries B.V.",
    endpoint=Identifier(value="60451258", scheme="0106"),
    registration=Identifier(value="60451258", scheme="0106"),
    vat="NL123456782B12",
    address=Address(street="Dorpsweg 7", city="Utrecht", postal_zone="3511 ZZ", country="NL"),
    contact=Contact(name="Verkoop", phone="030 123 45 67", email="verkoop@devries.example"),
)


def an_order_line(line: str = "1", quantity: str = "10", price: str = "12.50") -> OrderLine:
    """One line of an order, in pieces, VAT 21 %."""
    return OrderLine(
        line=LineId(line),
        quantity=Decimal(quantity),
        unit="EA",
        price=Decimal(price),
        net=line_net(Decimal(quantity), Decimal(price), ONE, ()),
        name=f"Artikel {line}",
        vat_category="S",
        vat_rate=Decimal(21),
    )


def an_order(number: str = ORDER_NUMBER, lines: Iterable[OrderLine] = ()) -> Order:
    """An order of the department, by default of ten pieces at 12.50."""
    return Order(
        number=OrderNumber(number),
        issued=date(2026, 11, 2),
        currency=EUR,
        buyer=DEPARTMENT,
        supplier=SUPPLIER,
        lines=tuple(lines) or (an_order_line(),),
    )


def an_invoice_line(
    line: str = "1",
    quantity: str = "10",
    price: str = "12.50",
    **more: Any,  # noqa: ANN401 — any field
) -> InvoiceLine:
    """One line of an invoice that names the order line with its own number."""
    net = line_net(
        Decimal(quantity),
        Decimal(price),
        more.get("base_quantity", ONE),
        more.get("adjustments", ()),
    )
    return InvoiceLine(
        line=LineId(line),
        quantity=Decimal(quantity),
        unit="EA",
        price=Decimal(price),
        net=more.pop("net", net),
        order_line=more.pop("order_line", LineId(line)),
        name=f"Artikel {line}",
        vat_category=more.pop("vat_category", "S"),
        vat_rate=more.pop("vat_rate", Decimal(21)),
        **more,
    )


def an_invoice(
    number: str = "F-2026-001",
    lines: Iterable[InvoiceLine] = (),
    **more: Any,  # noqa: ANN401 — any field
) -> Invoice:
    """An invoice whose sums are right, by default of ten pieces at 12.50 with 21 % VAT."""
    charged = tuple(lines) or (an_invoice_line(),)
    adjustments = more.get("adjustments", ())
    vat = _breakdown(charged, adjustments)
    return Invoice(
        kind=more.pop("kind", InvoiceKind.INVOICE),
        number=InvoiceNumber(number),
        issued=more.pop("issued", date(2026, 11, 9)),
        type_code=more.pop("type_code", "380"),
        currency=EUR,
        buyer=more.pop("buyer", DEPARTMENT),
        supplier=more.pop("supplier", SUPPLIER),
        lines=charged,
        totals=_totals(charged, adjustments, vat, more.pop("prepaid", ZERO)),
        vat=vat,
        due=more.pop("due", date(2026, 12, 9)),
        order=more.pop("order", ORDER_NUMBER),
        payment=more.pop("payment", (PaymentAccount(means="30", iban="NL02ABNA0123456789"),)),
        customization=more.pop("customization", NLCIUS_ID),
        **more,
    )


def a_credit_note(
    number: str = "C-2026-001",
    **more: Any,  # noqa: ANN401 — any field
) -> Invoice:
    """A credit note: positive for what is credited."""
    return an_invoice(number, kind=InvoiceKind.CREDIT_NOTE, type_code="381", **more)


def _breakdown(lines: Iterable[InvoiceLine], adjustments: Iterable[Any]) -> tuple[VatShare, ...]:
    bases: dict[tuple[str, Decimal | None], Decimal] = {}
    for line in lines:
        key = (line.vat_category, line.vat_rate)
        bases[key] = bases.get(key, ZERO) + line.net
    for adjustment in adjustments:
        key = (adjustment.vat_category, adjustment.vat_rate)
        bases[key] = bases.get(key, ZERO) + adjustment.signed
    return tuple(
        VatShare(
            taxable=base,
            tax=cents(base * (rate or ZERO) / 100),
            category=category,
            rate=rate,
            exemption="Vrijgesteld" if category == "E" else "",
        )
        for (category, rate), base in bases.items()
    )


def _totals(
    lines: Iterable[InvoiceLine],
    adjustments: Iterable[Any],
    vat: Iterable[VatShare],
    prepaid: Decimal,
) -> Totals:
    found = tuple(adjustments)
    net = sum((line.net for line in lines), start=ZERO)
    allowances = sum((one.amount for one in found if not one.charge), start=ZERO)
    charges = sum((one.amount for one in found if one.charge), start=ZERO)
    tax = sum((share.tax for share in vat), start=ZERO)
    total = net - allowances + charges
    return Totals(
        lines=net,
        allowances=allowances,
        charges=charges,
        net=total,
        vat=tax,
        gross=total + tax,
        prepaid=prepaid,
        payable=total + tax - prepaid,
    )
