"""Basisfactuur Rijk and Basisorder Rijk: what the State asks beside a standard (BR-NL-BFR, -BOR).

No document says that it follows them, so `read` reports their breaches as warnings. Source:
Logius, Basisfactuur Rijk 1.0.9 and Basisorder Rijk 0.9.5.
"""

from inkoop_documents.rules.engine import Facts, Offence, Rule, RuleSet, required
from inkoop_documents.scanned import Group

OIN_SCHEME = "0190"
SUPPLIER_SCHEMES = frozenset({"0106", "9944"})
AGENCIES = frozenset({"KvK", "Vest", "BTW"})


def _needs_oin(id_: str, role: str, key: str) -> Rule:
    def check(group: Group) -> Offence | None:
        wrong = key in group and group.get(f"{key}_scheme") != OIN_SCHEME
        return Offence(group, key) if wrong else None

    nl, en = "{name} moet een OIN zijn (schema 0190).", "{name} must be an OIN (scheme 0190)."
    return Rule(id_, nl, en, check, role)


def _has_iban(facts: Facts) -> Offence | None:
    found = any("BT-84" in account for account in facts.groups("BG-16/BG-17"))
    return None if found else Offence(facts.root, "BT-84")


def _vat_in_currency(facts: Facts) -> list[Offence]:
    """BFR-4, spaces around the code aside."""
    currency = facts.root.get("BT-5")
    return [
        Offence(share, "tax")
        for share in facts.groups("tax_total/BG-23")
        if share.get("currency") != currency
    ]


def _contact_name(group: Group) -> Offence | None:
    found = "name" in (group.get("contact") or {})
    return None if found else Offence(group, "contact")


def _legal_id(group: Group) -> Offence | None:
    wrong = "name" in group and "registration" not in group
    return Offence(group, "registration") if wrong else None


def _supplier_endpoint(group: Group) -> Offence | None:
    wrong = "endpoint" in group and group.get("endpoint_scheme") not in SUPPLIER_SCHEMES
    return Offence(group, "endpoint") if wrong else None


def _one_identification(group: Group) -> Offence | None:
    fine = len(group.get("identification", ())) == 1
    return None if fine else Offence(group, "identification")


def _oin_agency(group: Group) -> Offence | None:
    fine = group.get("agency_country") == "NL" and group.get("agency") == "OIN"
    return None if fine or "value" not in group else Offence(group, "value")


def _supplier_agency(group: Group) -> Offence | None:
    fine = group.get("agency_country") == "NL" and group.get("agency") in AGENCIES
    return None if fine or "value" not in group else Offence(group, "value")


def _version(facts: Facts) -> Offence | None:
    return None if facts.root.get("BT-24") == "1.9" else Offence(facts.root, "BT-24")


def _line_currency(facts: Facts) -> list[Offence]:
    currency = facts.root.get("BOR-1.4")
    return [
        Offence(line, "BOR-6.7")
        for line in facts.groups("BOR-6")
        if line.get("currency") != currency or line.get("price_currency") != currency
    ]


_MISSING = ("{name} ontbreekt.", "{name} is missing.")
_SUPPLIER = (
    "{name} moet een KvK- of btw-nummer zijn.",
    "{name} must be a KvK or VAT number.",
)
_OIN = ("{name} moet een OIN zijn.", "{name} must be an OIN.")
_CURRENCY = (
    "{name} is niet in de valuta van het document.",
    "{name} is not in the currency of the document.",
)

BASISFACTUUR = RuleSet(
    "Basisfactuur Rijk",
    (
        required("BR-NL-BFR-1", "BG-4/BG-6", "email"),
        _needs_oin("BR-NL-BFR-2", "BG-7", "registration"),
        Rule("BR-NL-BFR-3", *_MISSING, check_all=_has_iban),
        Rule("BR-NL-BFR-4", *_CURRENCY, check_all=_vat_in_currency),
    ),
)

BASISORDER_PEPPOL = RuleSet(
    "Basisorder Rijk, Peppol BIS 3",
    (
        _needs_oin("BR-NL-BOR-1", "BOR-2", "endpoint"),
        required("BR-NL-BOR-2", "BOR-2", "trading_name"),
        Rule("BR-NL-BOR-3", *_MISSING, _legal_id, "BOR-2"),
        _needs_oin("BR-NL-BOR-4", "BOR-2", "registration"),
        Rule("BR-NL-BOR-5", *_MISSING, _contact_name, "BOR-2"),
        Rule("BR-NL-BOR-6", *_SUPPLIER, _supplier_endpoint, "BOR-3"),
        required("BR-NL-BOR-7", "BOR-3", "trading_name"),
        required("BR-NL-BOR-8", "BOR-6", "BOR-6.7"),
        required("BR-NL-BOR-9", "BOR-6", "BOR-6.5"),
    ),
)

BASISORDER_OHNL = RuleSet(
    "Basisorder Rijk, UBL-OHNL 1.9",
    (
        Rule(
            "BR-NL-BOR-21",
            "{name} moet 1.9 zijn.",
            "{name} must be 1.9.",
            check_all=_version,
        ),
        required("BR-NL-BOR-22", "", "BOR-1.1"),
        required("BR-NL-BOR-23", "", "BOR-1.4"),
        Rule("BR-NL-BOR-24", *_MISSING, _one_identification, "BOR-2"),
        required("BR-NL-BOR-25", "BOR-2/identification", "value"),
        Rule("BR-NL-BOR-26", *_OIN, _oin_agency, "BOR-2/identification"),
        required("BR-NL-BOR-27", "BOR-2", "trading_name"),
        required("BR-NL-BOR-28", "BOR-3/identification", "value"),
        Rule("BR-NL-BOR-29", *_SUPPLIER, _supplier_agency, "BOR-3/identification"),
        required("BR-NL-BOR-30", "BOR-3", "trading_name"),
        required("BR-NL-BOR-31", "BOR-6", "BOR-6.1"),
        required("BR-NL-BOR-32", "BOR-6", "BOR-6.7"),
        Rule("BR-NL-BOR-33", *_CURRENCY, check_all=_line_currency),
    ),
)
