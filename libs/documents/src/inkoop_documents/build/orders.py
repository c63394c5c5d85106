"""An order from its groups. Only for a document without fatal findings."""

from decimal import Decimal
from typing import Any

from inkoop_documents.build.invoices import adjustments
from inkoop_documents.build.parties import build_party
from inkoop_documents.model import Order, OrderLine
from inkoop_documents.model.prices import EXACT, ONE, ZERO, line_net, to_unit_price
from inkoop_documents.scanned import Group
from inkoop_documents.texts import composed
from inkoop_events.values import Currency, LineId, OrderNumber


def build_order(root: Group) -> Order:
    """The values of the document; a line's net amount is computed where it is not stated."""
    sums: dict[str, Any] = root.get("BOR-5") or {}
    return Order(
        number=OrderNumber(composed(root["BOR-1.1"])),
        issued=root["BOR-1.2"],
        currency=currency_of(root),
        buyer=build_party(root["BOR-2"], "address", "contact"),
        supplier=build_party(root["BOR-3"], "address", "contact"),
        lines=tuple([_line(line) for line in root.get("BOR-6", ())]),
        customization=root.get("BT-24", ""),
        process=root.get("BT-23", ""),
        notes=tuple(filter(None, root.get("BOR-1.3", ()))),
        contract=root.get("BOR-1.5", ""),
        quotation=root.get("BOR-1.6", ""),
        adjustments=adjustments(root, "allowance", "charge"),
        net=sums.get("BOR-5.2"),
        vat=next((t.get("BOR-5.4") for t in root.get("tax_total", ())), None),
        payable=sums.get("payable"),
    )


def currency_of(root: Group) -> Currency:
    """The order's currency; UBL-OHNL may leave it out, then that of its amounts counts."""
    lines: list[Group] = root.get("BOR-6", [])
    return Currency(
        root.get("BOR-1.4")
        or (root.get("BOR-5") or {}).get("currency")
        or next((line["price_currency"] for line in lines if line.get("price_currency")), "")
    )


DESCRIPTIONS = ("description", "BOR-6.2", "note")
"""Where an order line is described, the most precise first."""


def _line(group: Group) -> OrderLine:
    tax = next(iter(group.get("BOR-6.6", ())), {})
    quantity: Decimal = group["BOR-6.3"]
    base: Decimal = group.get("base_quantity") or ONE
    changes = adjustments(group, "allowance", "charge")
    price: Decimal | None = group.get("BOR-6.5")
    net: Decimal | None = group.get("BOR-6.7")
    if price is None:
        price = to_unit_price(EXACT.divide(net or ZERO, quantity or ONE))
    return OrderLine(
        line=LineId(composed(group["BOR-6.1"])),
        quantity=quantity,
        unit=group.get("unit", ""),
        price=price,
        net=line_net(quantity, price, base, changes) if net is None else net,
        base_quantity=base,
        adjustments=changes,
        name=group.get("BOR-6.4", ""),
        description=next((group[key] for key in DESCRIPTIONS if group.get(key)), ""),
        vat_category=tax.get("category", ""),
        vat_rate=tax.get("rate"),
    )
