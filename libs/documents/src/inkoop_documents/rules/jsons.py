"""Which rules a JSON document follows: all are ours."""

import re

from inkoop_documents.model.prices import ONE, line_net
from inkoop_documents.rules.engine import Offence, Rule, RuleSet, required
from inkoop_documents.rules.ours import (
    MAX_LINE_ID,
    READABLE,
    at_most_lines,
    currency_known,
    formed,
    key_texts,
    not_negative,
    short_amounts,
    unique,
)
from inkoop_documents.scanned import Group
from inkoop_events.values import MAX_NUMBER_LENGTH

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
    *key_texts("", {"order": MAX_NUMBER_LENGTH}),
    *key_texts(
        "lines",
        {
            "line": MAX_LINE_ID,
            "unit": MAX_LINE_ID,
            "order_line": MAX_LINE_ID,
            "order": MAX_NUMBER_LENGTH,
        },
    ),
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
        *key_texts("", {"receipt": MAX_NUMBER_LENGTH}),
        not_negative("lines", "quantity"),
    ),
)
_INVOICE = RuleSet(
    "INKOOP",
    (
        *(rule for rule in _ALL if rule.path or rule.id != "INKOOP-MISSING"),
        *_needed("department", "invoice", "lines"),
        *_PRICED,
        *key_texts("", {"invoice": MAX_NUMBER_LENGTH}),
    ),
)

JSON_RULES: dict[str, tuple[RuleSet, ...]] = {
    "order": (_ORDER,),
    "receipt": (_RECEIPT,),
    "invoice": (_INVOICE,),
    "credit-note": (_INVOICE,),
}
"""By the field `type`."""
