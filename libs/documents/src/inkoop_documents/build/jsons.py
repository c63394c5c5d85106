"""Order, receipt, invoice and credit note from the groups of a JSON document."""

from decimal import Decimal
from typing import Any

from inkoop_documents.model import (
    Document,
    Identifier,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Party,
    Receipt,
    ReceiptLine,
    Totals,
)
from inkoop_documents.model.parties import OIN
from inkoop_documents.model.prices import ONE, ZERO, line_net
from inkoop_documents.scanned import Group
from inkoop_events.invoicing import InvoiceKind
from inkoop_events.values import SupplierId


def build_json(root: Group) -> Document:
    """The values of a document without fatal findings."""
    match root["type"]:
        case "order":
            return _order(root)
        case "receipt":
            return _receipt(root)
        case _:
            return _invoice(root)


def _order(root: Group) -> Order:
    return Order(
        number=root["order"],
        issued=root["issued"],
        currency=root["currency"],
        buyer=_department(root),
        supplier=_supplier(root),
        lines=tuple(
            OrderLine(
                line=line["line"],
                quantity=line["quantity"],
                unit=line["unit"],
                price=line["price"],
                net=_net(line),
                description=line.get("description", ""),
            )
            for line in root["lines"]
        ),
    )


def _receipt(root: Group) -> Receipt:
    supplier = root.get("supplier")
    return Receipt(
        department=root["department"],
        order=root["order"],
        number=root["receipt"],
        received=root["received"],
        lines=tuple(
            ReceiptLine(line=line["line"], quantity=line["quantity"]) for line in root["lines"]
        ),
        supplier=SupplierId(supplier) if supplier else None,
    )


def _invoice(root: Group) -> Invoice:
    credit = root["type"] == InvoiceKind.CREDIT_NOTE.value
    lines = tuple(_line(line) for line in root["lines"])
    net = sum((line.net for line in lines), start=ZERO)
    vat: Decimal = root.get("vat") or ZERO
    return Invoice(
        kind=InvoiceKind.CREDIT_NOTE if credit else InvoiceKind.INVOICE,
        number=root["invoice"],
        issued=root["issued"],
        type_code="381" if credit else "380",
        currency=root["currency"],
        buyer=_department(root),
        supplier=_supplier(root),
        lines=lines,
        totals=Totals(lines=net, net=net, vat=vat, gross=net + vat, payable=net + vat),
        order=root.get("order") or None,
    )


def _line(group: Group) -> InvoiceLine:
    return InvoiceLine(
        line=group["line"],
        quantity=group["quantity"],
        unit=group["unit"],
        net=_net(group),
        price=group["price"],
        order=group.get("order") or None,
        order_line=group.get("order_line") or None,
        description=group.get("description", ""),
    )


def _net(line: Group) -> Decimal:
    net: Decimal | None = line.get("net")
    return line_net(line["quantity"], line["price"], ONE, ()) if net is None else net


def _department(root: Group) -> Party:
    oin: Any = root["department"]
    return Party(registration=Identifier(value=oin, scheme=OIN))


def _supplier(root: Group) -> Party:
    scheme, _, value = root["supplier"].partition(":")
    return Party(registration=Identifier(value=value, scheme=scheme))
