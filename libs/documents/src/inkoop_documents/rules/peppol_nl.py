"""Peppol BIS Billing 3, the rules for Dutch suppliers (NL-R-001 to NL-R-009)."""

from inkoop_documents.rules.engine import Facts, Offence, Rule
from inkoop_documents.rules.nlcius import (
    LEGAL_SCHEMES,
    PAYMENT_MEANS,
    country_of,
    dutch,
    is_complete,
    order_named,
)
from inkoop_documents.scanned import Group
from inkoop_documents.values_of import number


def among_dutch(facts: Facts) -> bool:
    """Whether supplier and buyer both are in the Netherlands."""
    return dutch(facts) and country_of(facts.root.get("BG-7"), "BG-8") == "NL"


def _incomplete(addresses: list[Group]) -> list[Offence]:
    return [Offence(address, "street") for address in addresses if not is_complete(address)]


def _not_legal(facts: Facts, role: str) -> list[Offence]:
    return [
        Offence(party, "registration")
        for party in facts.groups(role)
        if "registration" in party
        and not (party.get("registration_scheme") in LEGAL_SCHEMES and party["registration"])
    ]


def _credit_refers(facts: Facts) -> Offence | None:
    found = any("BT-25" in group for group in facts.groups("BG-3"))
    credit = facts.root.id == "credit-note"
    return Offence(facts.root, "BT-25") if credit and not found else None


def _seller_address(facts: Facts) -> list[Offence]:
    return _incomplete(facts.groups("BG-4/BG-5"))


def _seller_registered(facts: Facts) -> list[Offence]:
    return _not_legal(facts, "BG-4")


def _buyer_address(facts: Facts) -> list[Offence]:
    return _incomplete(facts.groups("BG-7/BG-8"))


def _buyer_registered(facts: Facts) -> list[Offence]:
    return _not_legal(facts, "BG-7")


def _representative_address(facts: Facts) -> list[Offence]:
    found = facts.groups("BG-11/BG-12")
    return _incomplete([a for a in found if a.get("country", "").upper() == "NL"])


def _says_how_to_pay(facts: Facts) -> Offence | None:
    due = number(facts.root.get("BG-22"), "BT-115")
    nothing_to_pay = due >= 0 if facts.root.id == "credit-note" else due <= 0
    fine = nothing_to_pay or facts.groups("BG-16")
    return None if fine else Offence(facts.root, "BT-81")


def _means_allowed(facts: Facts) -> list[Offence]:
    return [
        Offence(means, "BT-81", value=means.get("BT-81", ""))
        for means in facts.groups("BG-16")
        if means.get("BT-81") not in PAYMENT_MEANS
    ]


_MISSING = ("{name} ontbreekt.", "{name} is missing.")
_INCOMPLETE = (
    "Straat, postcode of plaats ontbreekt in het adres.",
    "Street, postal code or city is missing in the address.",
)
_REGISTRATION = (
    "{name} moet een KvK-nummer (0106) of OIN (0190) zijn.",
    "{name} must be a KvK number (0106) or OIN (0190).",
)

PEPPOL_NL = (
    Rule("NL-R-001", *_MISSING, check_all=_credit_refers, when=dutch),
    Rule("NL-R-002", *_INCOMPLETE, check_all=_seller_address, when=dutch),
    Rule("NL-R-003", *_REGISTRATION, check_all=_seller_registered, when=dutch),
    Rule("NL-R-004", *_INCOMPLETE, check_all=_buyer_address, when=among_dutch),
    Rule("NL-R-005", *_REGISTRATION, check_all=_buyer_registered, when=among_dutch),
    Rule("NL-R-006", *_INCOMPLETE, check_all=_representative_address, when=dutch),
    Rule("NL-R-007", *_MISSING, check_all=_says_how_to_pay, when=dutch),
    Rule(
        "NL-R-008",
        "{name}: “{value}” mag hier niet.",
        "{name}: “{value}” is not allowed here.",
        check_all=_means_allowed,
        when=among_dutch,
    ),
    Rule(
        "NL-R-009",
        "{name} staat er, maar het ordernummer (BT-13) ontbreekt.",
        "{name} is there, but the order reference (BT-13) is missing.",
        check_all=order_named,
        when=dutch,
    ),
)
