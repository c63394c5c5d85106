"""NLCIUS / SI-UBL 2.0: what the Netherlands ask beside EN 16931 (BR-NL-…), version 2.0.3.13.

Source: NPR 9990 and the SI-UBL 2.0 specification. Most rules hold for Dutch suppliers only.
"""

from inkoop_documents.findings import Severity
from inkoop_documents.model.prices import ZERO
from inkoop_documents.rules.engine import CheckAll, Facts, Offence, Rule, RuleSet
from inkoop_documents.scanned import Group
from inkoop_documents.values_of import number

NLCIUS_ID = "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0"

LEGAL_SCHEMES = frozenset({"0106", "0190"})
"""A number of the Chamber of Commerce or an OIN."""
TYPES = frozenset({"380", "381", "384", "389"})
PAYMENT_MEANS = frozenset({"30", "48", "49", "57", "58", "59"})


def country_of(party: Group | None, address: str) -> str:
    """The country of a party's address, in capitals."""
    found: Group | None = party.get(address) if party else None
    return found.get("country", "").upper() if found else ""


def is_complete(address: Group) -> bool:
    """Whether an address has a street, a city and a postal code."""
    return all(key in address for key in ("street", "city", "postal_zone"))


def dutch(facts: Facts) -> bool:
    """Whether the supplier is in the Netherlands."""
    return country_of(facts.root.get("BG-4"), "BG-5") == "NL"


def _seller_registered(facts: Facts) -> Offence | None:
    seller = facts.root["BG-4"]
    fine = seller.get("registration_scheme") in LEGAL_SCHEMES and seller.get("registration")
    return None if fine else Offence(seller, "registration")


def _has_reference(facts: Facts) -> Offence | None:
    found = "BT-10" in facts.root or "BT-13" in facts.root
    return None if found else Offence(facts.root, "BT-13")


def _seller_address(facts: Facts) -> Offence | None:
    address = facts.root["BG-4"]["BG-5"]
    return None if is_complete(address) else Offence(address, "street")


def _buyer_address(facts: Facts) -> list[Offence]:
    found = facts.groups("BG-7/BG-8")
    return [Offence(a, "street") for a in found if a.get("country") == "NL" and not is_complete(a)]


def _representative_address(facts: Facts) -> list[Offence]:
    found = facts.groups("BG-11/BG-12")
    return [Offence(a, "street") for a in found if a.get("country") == "NL" and not is_complete(a)]


def _type_allowed(facts: Facts) -> Offence | None:
    value = facts.root.get("BT-3")
    return None if value is None or value in TYPES else Offence(facts.root, "BT-3", value=value)


def _type_of_root(facts: Facts) -> Offence | None:
    value = facts.root.get("BT-3")
    fine = value is None or (value == "381") == (facts.root.id == "credit-note")
    return None if fine else Offence(facts.root, "BT-3", value=value)


def _correction_refers(facts: Facts) -> Offence | None:
    found = any("BT-25" in group for group in facts.groups("BG-3"))
    wrong = facts.root.get("BT-3") == "384" and not found
    return Offence(facts.root, "BT-25") if wrong else None


def _buyer_registered(facts: Facts) -> Offence | None:
    buyer = facts.root.get("BG-7")
    if buyer is None or not ("name" in buyer or "registration" in buyer):
        return None
    dutch = (buyer.get("BG-8") or {}).get("country") == "NL"
    fine = not dutch or buyer.get("registration_scheme") in LEGAL_SCHEMES
    return None if fine and buyer.get("registration") != "" else Offence(buyer, "registration")


def _says_how_to_pay(facts: Facts) -> Offence | None:
    due = number(facts.root.get("BG-22"), "BT-115")
    found = due <= ZERO or facts.groups("BG-16")
    return None if found else Offence(facts.root, "BT-81")


def _means_allowed(facts: Facts) -> list[Offence]:
    return [
        Offence(means, "BT-81", value=means.get("BT-81", ""))
        for means in facts.groups("BG-16")
        if means.get("BT-81") not in PAYMENT_MEANS
    ]


def order_named(facts: Facts) -> Offence | None:
    """A reference to an order line needs the order (BR-NL-13, NL-R-009)."""
    if "BT-13" in facts.root:
        return None
    line = next((line for line in facts.groups("BG-25") if "BT-132" in line), None)
    return Offence(line, "BT-132") if line is not None else None


def _no_bic_for_sepa(facts: Facts) -> list[Offence]:
    return [
        Offence(account, "BT-86")
        for means in facts.groups("BG-16")
        if means.get("BT-81") in {"58", "59"}
        for account in means.get("BG-17", ())
        if "BT-86" in account
    ]


def _one_currency_of_vat(facts: Facts) -> list[Offence]:
    currency = facts.root.get("BT-5")
    return [
        Offence(total, "amount")
        for total in facts.groups("tax_total")
        if total.get("currency") != currency
    ]


def _discouraged(id_: str, path: str, key: str) -> Rule:
    """A term that a Dutch supplier should leave out."""

    def check(facts: Facts) -> list[Offence]:
        return [Offence(group, key) for group in facts.groups(path) if key in group]

    return _discouraging(id_, check)


def _discouraging(id_: str, check: CheckAll) -> Rule:
    nl, en = "{name} wordt afgeraden.", "{name} is not recommended."
    return Rule(id_, nl, en, check_all=check, severity=Severity.WARNING, when=dutch)


def _empties(facts: Facts) -> list[Offence]:
    return [Offence(r.group, r.term.id) for r in facts.scan.remarks("empty")]


def no_empty_elements(id_: str, severity: Severity) -> Rule:
    """An element that is there says something; as far as our tables know the element."""
    nl, en = "Er staat een leeg element.", "There is an empty element."
    return Rule(id_, nl, en, check_all=_empties, severity=severity)


_MISSING = ("{name} ontbreekt.", "{name} is missing.")
_INCOMPLETE = (
    "Straat, postcode of plaats ontbreekt in het adres.",
    "Street, postal code or city is missing in the address.",
)
_REGISTRATION = (
    "{name} moet een KvK-nummer (0106) of OIN (0190) zijn.",
    "{name} must be a KvK number (0106) or OIN (0190).",
)
_NOT_ALLOWED = ("{name}: “{value}” mag hier niet.", "{name}: “{value}” is not allowed here.")
RULES = (
    Rule("BR-NL-1", *_REGISTRATION, check_all=_seller_registered, when=dutch),
    Rule(
        "BR-NL-2",
        "{name} of de referentie van de koper (BT-10) ontbreekt.",
        "{name} or the buyer reference (BT-10) is missing.",
        check_all=_has_reference,
        when=dutch,
    ),
    Rule("BR-NL-3", *_INCOMPLETE, check_all=_seller_address, when=dutch),
    Rule("BR-NL-4", *_INCOMPLETE, check_all=_buyer_address, when=dutch),
    Rule("BR-NL-5", *_INCOMPLETE, check_all=_representative_address, when=dutch),
    Rule("BR-NL-7", *_NOT_ALLOWED, check_all=_type_allowed, when=dutch),
    Rule("BR-NL-8", *_NOT_ALLOWED, check_all=_type_of_root, when=dutch),
    Rule("BR-NL-9", *_MISSING, check_all=_correction_refers, when=dutch),
    Rule("BR-NL-10", *_REGISTRATION, check_all=_buyer_registered, when=dutch),
    Rule("BR-NL-11", *_MISSING, check_all=_says_how_to_pay, when=dutch),
    Rule("BR-NL-12", *_NOT_ALLOWED, check_all=_means_allowed, when=dutch),
    Rule(
        "BR-NL-13",
        "{name} staat er, maar het ordernummer (BT-13) ontbreekt.",
        "{name} is there, but the order reference (BT-13) is missing.",
        check_all=order_named,
    ),
    _discouraged("BR-NL-19", "", "BT-6"),
    _discouraged("BR-NL-20", "", "BT-7"),
    _discouraged("BR-NL-21", "BG-14", "BT-8"),
    _discouraged("BR-NL-24", "BG-3", "BT-26"),
    _discouraged("BR-NL-25", "BG-4", "tax_registration"),
    _discouraged("BR-NL-26", "BG-4", "legal_form"),
    _discouraged("BR-NL-27-1", "BG-4/BG-5", "line"),
    _discouraged("BR-NL-27-2", "BG-7/BG-8", "line"),
    _discouraged("BR-NL-27-3", "BG-11/BG-12", "line"),
    _discouraged("BR-NL-27-4", "BG-13/BG-15", "line"),
    _discouraged("BR-NL-28-1", "BG-4/BG-5", "subdivision"),
    _discouraged("BR-NL-28-2", "BG-7/BG-8", "subdivision"),
    _discouraged("BR-NL-28-3", "BG-11/BG-12", "subdivision"),
    _discouraged("BR-NL-28-4", "BG-13/BG-15", "subdivision"),
    _discouraged("BR-NL-29", "BG-16", "BT-82"),
    _discouraged("BR-NL-30", "BG-16/BG-17", "BT-85"),
    _discouraging("BR-NL-31", _no_bic_for_sepa),
    *(
        _discouraged("BR-NL-32-1", path, "reason_code")
        for path in ("BG-20", "BG-21", "BG-25/BG-27", "BG-25/BG-28")
    ),
    _discouraging("BR-NL-33", _one_currency_of_vat),
    _discouraged("BR-NL-35", "tax_total/BG-23", "exemption_code"),
    no_empty_elements("SI-UBL-2", Severity.WARNING),
)

NLCIUS = RuleSet("NLCIUS", RULES)
