"""Questions that invoices and orders share: line amounts, percentages, currencies."""

from collections.abc import Iterable
from decimal import Decimal

from inkoop_documents.model.prices import EXACT, ONE
from inkoop_documents.rules.engine import Facts, Offence, Rule
from inkoop_documents.scanned import Group
from inkoop_documents.values_of import cents, number, total

SLACK = Decimal("0.02")
ADDS = {"BG-27": -1, "allowance": -1, "BG-28": 1, "charge": 1}
"""Allowances and charges of a line of an invoice and of an order, and what they do to its sum."""


def line_differs(
    line: Group, quantity_key: str, price_key: str, base_key: str, net_key: str
) -> tuple[Decimal, Decimal] | None:
    """What a line says and what it should, where they differ by more than the slack."""
    quantity = number(line, quantity_key) if quantity_key in line else ONE
    due = quantity * number(line, price_key)
    if base := line.get(base_key):
        due /= base
    for kind in ADDS.keys() & line.keys():
        due += ADDS[kind] * cents(total(line[kind], "amount"))
    net = number(line, net_key)
    return None if abs(net - due) <= SLACK else (net, cents(due))


def base_quantity_positive(id_: str, path: str, key: str) -> Rule:
    """A price holds for a positive number of units."""

    def check(group: Group) -> Offence | None:
        base = group.get(key)
        return Offence(group, key, value=base) if base is not None and base <= 0 else None

    nl, en = "{name}: {value} is niet groter dan nul.", "{name}: {value} is not above zero."
    return Rule(id_, nl, en, check, path)


def adjusted(id_: str, path: str) -> Rule:
    """An allowance or charge is its percentage of its base, within the slack."""

    def check(group: Group) -> Offence | None:
        percent, base = group.get("percent"), group.get("base")
        if percent is None or base is None:
            return None
        amount, due = number(group, "amount"), EXACT.multiply(base, percent) / 100
        fine = abs(amount - due) <= SLACK
        return None if fine else Offence(group, "amount", value=amount, due=cents(due))

    nl = "{name}: er staat {value}, maar percentage × grondslag is {due}."
    en = "{name}: {value} is stated, but percentage × base is {due}."
    return Rule(id_, nl, en, check, path, counts=True)


def together(id_: str, path: str, key: str, needs: str) -> Rule:
    """Where one term is, the other must be."""

    def check(group: Group) -> Offence | None:
        return Offence(group, needs) if key in group and needs not in group else None

    return Rule(id_, "{name} ontbreekt.", "{name} is missing.", check, path)


def one_currency(key: str, also: str = "") -> "Rule":
    """Every amount is in the currency of the document, but a VAT total in BT-6."""

    def check(facts: Facts) -> Iterable[Offence]:
        allowed = {facts.root.get(key), facts.root.get(also) if also else None}
        return [
            Offence(group, term.id, value=currency or "")
            for currency, (group, term) in facts.scan.currencies.items()
            if currency not in allowed
        ]

    nl = "{name} is in {value}, niet in de valuta van het document."
    en = "{name} is in {value}, not in the currency of the document."
    id_ = "PEPPOL-EN16931-R051" if key == "BT-5" else "PEPPOL-T01-R003"
    return Rule(id_, nl, en, check_all=check)
