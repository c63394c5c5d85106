"""EN 16931: VAT by category (BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G, BR-O, BR-AF, BR-AG).

The ten rules of a category are the same questions asked of other data: a table of categories
makes them. Source: EN 16931-1 §6.4.4, UBL binding 1.3.16.
"""

from collections.abc import Iterable, Iterator

from inkoop_documents.rules.core_totals import is_vat
from inkoop_documents.rules.engine import Facts, Offence, Rule
from inkoop_documents.rules.vat_checks import (
    Category,
    Rate,
    Shares,
    bases,
    broken_down,
    of_allowances,
    of_charges,
    of_lines,
    parties,
    rates,
    reasons,
    taxes,
    used,
)
from inkoop_documents.scanned import Group

CATEGORIES = (
    Category("BR-S", "S", Rate.POSITIVE, taxed=True, exempt=False),
    Category("BR-Z", "Z", Rate.ZERO, exempt=False),
    Category("BR-E", "E", Rate.ZERO),
    Category("BR-AE", "AE", Rate.ZERO, buyer=("vat", "registration")),
    Category("BR-IC", "K", Rate.ZERO, seller=("vat",), buyer=("vat",)),
    Category("BR-G", "G", Rate.ZERO, seller=("vat",)),
    Category("BR-AF", "L", Rate.NOT_NEGATIVE, taxed=True, exempt=False),
    Category("BR-AG", "M", Rate.NOT_NEGATIVE, taxed=True, exempt=False),
)
NOT_SUBJECT = Category("BR-O", "O", Rate.NONE)


def _rules(category: Category) -> Iterator[Rule]:
    """The ten rules of one category."""
    prefix, when = category.prefix, used(category)
    questions = (
        ("01", _NOT_BROKEN_DOWN, broken_down(category)),
        ("02", _NO_PARTY, parties(category, of_lines)),
        ("03", _NO_PARTY, parties(category, of_allowances)),
        ("04", _NO_PARTY, parties(category, of_charges)),
        ("05", _RATE, rates(category, of_lines)),
        ("06", _RATE, rates(category, of_allowances)),
        ("07", _RATE, rates(category, of_charges)),
        ("08", _BASE, bases(category)),
        ("09", _TAX, taxes(category)),
        ("10", _REASON if category.exempt else _NO_REASON, reasons(category)),
    )
    for number, words, check in questions:
        counts = number in {"08", "09"}
        yield Rule(f"{prefix}-{number}", *words, check_all=check, counts=counts, when=when)


_NOT_BROKEN_DOWN = (
    "De btw-uitsplitsing past niet bij het gebruik van btw-categorie {code}.",
    "The VAT breakdown does not fit the use of VAT category {code}.",
)
_NO_PARTY = (
    "{name} ontbreekt, terwijl btw-categorie {code} wordt gebruikt.",
    "{name} is missing, while VAT category {code} is used.",
)
_RATE = (
    "{name}: “{value}” past niet bij btw-categorie {code}.",
    "{name}: “{value}” does not fit VAT category {code}.",
)
_BASE = (
    "{name}: er staat {value}, maar regels, kortingen en toeslagen geven {due}.",
    "{name}: {value} is stated, but lines, allowances and charges make {due}.",
)
_TAX = (
    "{name}: er staat {value}, het moet {due} zijn.",
    "{name}: {value} is stated, it must be {due}.",
)
_REASON = ("{name} ontbreekt.", "{name} is missing.")
_NO_REASON = ("{name} hoort hier niet.", "{name} does not belong here.")


def _no_vat_numbers(uses: str) -> Rule:
    """BR-O-02 to -04: who is not subject to VAT shows no VAT number."""
    number = {"lines": "02", "allowances": "03", "charges": "04"}[uses]

    def check(facts: Facts) -> Offence | None:
        if "O" not in getattr(facts.once(Shares), uses):
            return None
        for path in ("BG-4", "BG-11", "BG-7"):
            party = facts.root.get(path)
            if party and any(tax.get("number") for tax in party.get("vat", ())):
                return Offence(party, "vat", code="O")
        return None

    nl = "{name} hoort niet bij btw-categorie {code}."
    return Rule(
        f"BR-O-{number}", nl, "{name} does not go with VAT category {code}.", check_all=check
    )


def _only_o(id_: str, uses: str, key: str) -> Rule:
    """BR-O-11 to -14: category O in the breakdown goes with no other category."""

    def check(facts: Facts) -> Iterable[Offence]:
        shares = facts.once(Shares)
        if "O" not in shares.breakdown:
            return ()
        found: dict[str, list[Group]] = getattr(shares, uses)
        return [Offence(g, key, code=c) for c, groups in found.items() if c != "O" for g in groups]

    nl = "Btw-categorie {code} kan niet naast O (niet belast) staan."
    en = "VAT category {code} cannot stand beside O (not subject to VAT)."
    return Rule(id_, nl, en, check_all=check)


def _delivered_when(facts: Facts) -> Offence | None:
    """BR-IC-11: an intra-community supply says when it was delivered."""
    if "K" not in facts.once(Shares).breakdown:
        return None
    dated = any(delivery.get("BT-72") for delivery in facts.groups("BG-13"))
    return None if dated or facts.root.get("BG-14") else Offence(facts.root, "BT-72")


def _delivered_where(facts: Facts) -> Offence | None:
    """BR-IC-12: an intra-community supply says to which country."""
    if "K" not in facts.once(Shares).breakdown:
        return None
    known = any(address.get("country") for address in facts.groups("BG-13/BG-15"))
    return None if known else Offence(facts.root, "BT-80")


def _categorised(group: Group) -> Offence | None:
    """BR-32, BR-37: an allowance or charge of the document has its VAT category."""
    found = any(is_vat(tax) and "category" in tax for tax in group.get("tax", ()))
    return None if found else Offence(group, "category")


_MISSING = ("{name} ontbreekt.", "{name} is missing.")

VAT = (
    *(rule for category in CATEGORIES for rule in _rules(category)),
    *(rule for rule in _rules(NOT_SUBJECT) if rule.id not in {"BR-O-02", "BR-O-03", "BR-O-04"}),
    _no_vat_numbers("lines"),
    _no_vat_numbers("allowances"),
    _no_vat_numbers("charges"),
    _only_o("BR-O-11", "breakdown", "category"),
    _only_o("BR-O-12", "lines", "category"),
    _only_o("BR-O-13", "allowances", "category"),
    _only_o("BR-O-14", "charges", "category"),
    Rule("BR-IC-11", *_MISSING, check_all=_delivered_when),
    Rule("BR-IC-12", *_MISSING, check_all=_delivered_where),
    Rule("BR-32", *_MISSING, _categorised, "BG-20"),
    Rule("BR-37", *_MISSING, _categorised, "BG-21"),
)
