"""Which rules a JSON document follows: all are ours."""

import re

from inkoop_documents.model.prices import ONE, line_net
from inkoop_documents.rules.engine import Offence, Rule, RuleSet, required
from inkoop_documents.rules.ours import (
    READABLE,
    at_most_characters,
    at_most_lines,
    currency_known,
    formed,
    key_text,
    not_negative,
    short_amounts,
    unique,
)
from inkoop_documents.scanned import Group

OIN_FORM = formed(
    "INKOOP-OIN",
    "department",
    re.compile(r"\d{20}", re.ASCII),
    "{name}: “{value}” is geen OIN van 20 cijfers.",
    "{name}: “{value}” is not an OIN of 20 digits.",
)
SUPPLIER_FORM = formed(
    "INKOOP-SUPPLIER",
    "supplier",
    re.compile(r"\d{4}:[^/\s]{1,100}", re.ASCII),
    "{name}: “{value}” is geen leverancier als 0106:12345678 (schema:nummer).",
    "{name}: “{value}” is not a supplier like 0106:12345678 (scheme:number).",
)
CURRENCY = currency_known("currency", lambda root: root.get("currency") or "")


def _line_net(line: Group) -> Offence | None:
    quantity, price, net = line.get("quantity"), line.get("price"), line.get("net")
    if quantity is None or price is None or net is None:
        return None
    due = line_net(quantity, price, ONE, ())
    return None if due == net else Offence(line, "net", value=net, due=due)


LINE_NET = Rule(
    "INKOOP-LINE-NET",
    "{name}: {value}, maar aantal × prijs is {due}.",
    "{name}: {value}, but quantity × price is {due}.",
    _line_net,
    "lines",
    counts=True,
)


def _needed(*paths: str) -> tuple[Rule, ...]:
    """`lines/quantity` is the quantity of each line."""
    split = (path.rpartition("/") for path in paths)
    return tuple(required("INKOOP-MISSING", path, key) for path, _, key in split)


_ALL = (
    *READABLE,
    short_amounts(),
    *_needed("department", "order", "lines", "lines/line", "lines/quantity"),
    OIN_FORM,
    SUPPLIER_FORM,
    at_most_lines("lines"),
    unique("lines", "line"),
    key_text("", "order"),
    key_text("lines", "line", "order_line", "order"),
    at_most_characters("", "order"),
    at_most_characters("lines", "line", "unit", "order_line", most=50),
    at_most_characters("lines", "order"),
)
_PRICED = (
    *_needed("supplier", "currency", "issued", "lines/unit", "lines/price"),
    CURRENCY,
    LINE_NET,
    not_negative("lines", "price"),
)

_ORDER = RuleSet("INKOOP", (*_ALL, *_PRICED, not_negative("lines", "quantity")))
_RECEIPT = RuleSet(
    "INKOOP",
    (
        *_ALL,
        *_needed("receipt", "received"),
        key_text("", "receipt"),
        at_most_characters("", "receipt"),
        not_negative("lines", "quantity"),
    ),
)
_INVOICE = RuleSet(
    "INKOOP",
    (
        *(rule for rule in _ALL if rule.path or rule.id != "INKOOP-MISSING"),
        *_needed("department", "invoice", "lines"),
        *_PRICED,
        key_text("", "invoice"),
        at_most_characters("", "invoice"),
    ),
)

JSON_RULES: dict[str, tuple[RuleSet, ...]] = {
    "order": (_ORDER,),
    "receipt": (_RECEIPT,),
    "invoice": (_INVOICE,),
    "credit-note": (_INVOICE,),
}
"""By the field `type`."""
