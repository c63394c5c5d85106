"""UBL-OHNL 1.9, the message standard of DigiInkoop: the part of its Schematron that we rely on.

The standard gives its assertions no ids; OHNL-… are ours. Sums are warnings: the amounts of the
official samples do not always add up. Source: Logius, UBL-OHNL 1.9, Invoice.sch and Order.sch.
"""

from collections.abc import Iterable

from inkoop_documents.findings import Severity
from inkoop_documents.rules.engine import Facts, Offence, Rule, RuleSet, required
from inkoop_documents.rules.ours import not_negative
from inkoop_documents.rules.sums import line_differs
from inkoop_documents.scanned import Group
from inkoop_documents.values_of import cents, number, total

VERSIONS = frozenset({"1.7", "1.8", "1.9"})
"""Values of CustomizationID; the older versions differ in what we do not read."""
TAXES = frozenset({"BTW", "Accijns", "Toeslag", "Overige"})
MAX_NUMBER = 24


def is_ohnl(root: Group) -> bool:
    """Whether a document says that it follows UBL-OHNL."""
    return root.get("BT-24") in VERSIONS


def _profile(facts: Facts) -> Offence | None:
    value = facts.root.get("BT-23", "")
    return None if value == "NL" else Offence(facts.root, "BT-23", value=value)


def _ubl_version(facts: Facts) -> Offence | None:
    value = facts.root.get("version", "")
    return None if value == "2.0" else Offence(facts.root, "version", value=value)


def _number_length(facts: Facts) -> Offence | None:
    value = facts.root.get("BT-1", "")
    return Offence(facts.root, "BT-1", value=value) if len(value) > MAX_NUMBER else None


def _identified(group: Group) -> Offence | None:
    return None if group.get("identification") else Offence(group, "identification")


def _agency(group: Group) -> Offence | None:
    fine = group.get("agency") and group.get("agency_country")
    return None if fine else Offence(group, "value")


def _branch_has_registration(group: Group) -> Offence | None:
    agencies = {one.get("agency") for one in group.get("identification", ())}
    wrong = "Vest" in agencies and "KvK" not in agencies
    return Offence(group, "identification") if wrong else None


def _refers(facts: Facts) -> Offence | None:
    contact = (facts.root.get("BG-7") or {}).get("BG-9") or {}
    found = "BT-13" in facts.root or "cost_code" in facts.root or "name" in contact
    return None if found else Offence(facts.root, "BT-13")


def _tax(group: Group) -> Offence | None:
    value = group.get("scheme_name")
    fine = value is None or value in TAXES
    return None if fine else Offence(group, "scheme_name", value=value)


def _line_net(line: Group) -> Offence | None:
    found = line_differs(line, "BT-129", "BT-146", "BT-149", "BT-131")
    return Offence(line, "BT-131", value=found[0], due=found[1]) if found else None


def _order_line_net(line: Group) -> Offence | None:
    if "BOR-6.7" not in line:
        return None
    found = line_differs(line, "BOR-6.3", "BOR-6.5", "base_quantity", "BOR-6.7")
    return Offence(line, "BOR-6.7", value=found[0], due=found[1]) if found else None


def _sum_of_lines(facts: Facts) -> Offence | None:
    return _differs(facts.root.get("BG-22"), "BT-106", facts.groups("BG-25"), "BT-131")


def _sum_of_order_lines(facts: Facts) -> Offence | None:
    return _differs(facts.root.get("BOR-5"), "BOR-5.3", facts.groups("BOR-6"), "BOR-6.7")


def _differs(sums: Group | None, key: str, lines: list[Group], of: str) -> Offence | None:
    if sums is None or key not in sums or not all(of in line for line in lines):
        return None
    due = cents(total(lines, of))
    return None if sums[key] == due else Offence(sums, key, value=sums[key], due=due)


def _gross(facts: Facts) -> Offence | None:
    sums = facts.root.get("BG-22")
    if sums is None:
        return None
    due = cents(number(sums, "BT-109") + total(facts.groups("tax_total"), "amount"))
    value = number(sums, "BT-112")
    return None if value == due else Offence(sums, "BT-112", value=value, due=due)


def _currencies(facts: Facts) -> Iterable[Offence]:
    """More than one currency in a document; `take_in` refuses the lines that it concerns."""
    found = list(facts.scan.currencies.items())
    return [Offence(group, term.id, value=currency or "") for currency, (group, term) in found[1:]]


_MISSING = ("{name} ontbreekt.", "{name} is missing.")
_WRONG = ("{name}: “{value}” is hier niet juist.", "{name}: “{value}” is not right here.")
_SUM = (
    "{name}: er staat {value}, maar de onderdelen geven {due}.",
    "{name}: {value} is stated, but the parts make {due}.",
)
_NO_AGENCY = (
    "{name} noemt niet welke instantie het nummer gaf (schemeAgencyID en -Name).",
    "{name} does not name the agency that gave the number (schemeAgencyID and -Name).",
)

_HEADER = (
    Rule("OHNL-PROFILE", *_WRONG, check_all=_profile),
    Rule("OHNL-UBL-VERSION", *_WRONG, check_all=_ubl_version),
    Rule(
        "OHNL-CURRENCIES",
        "{name} is in een andere valuta ({value}).",
        "{name} is in another currency ({value}).",
        check_all=_currencies,
        severity=Severity.WARNING,
    ),
)


def _parties(*roles: str) -> tuple[Rule, ...]:
    return tuple(
        rule
        for role in roles
        for rule in (
            Rule("OHNL-PARTY-ID", *_MISSING, _identified, role),
            Rule("OHNL-PARTY-AGENCY", *_NO_AGENCY, _agency, f"{role}/identification"),
            Rule("OHNL-PARTY-BRANCH", *_MISSING, _branch_has_registration, role),
            required("OHNL-PARTY-NAME", role, "trading_name"),
        )
    )


OHNL_INVOICE = RuleSet(
    "UBL-OHNL 1.9 Invoice",
    (
        *_HEADER,
        Rule("OHNL-NUMBER", *_WRONG, check_all=_number_length),
        *_parties("BG-4", "BG-7"),
        Rule(
            "OHNL-REFERENCE",
            "{name}, kostenplaats of contactpersoon van de koper ontbreekt.",
            "{name}, cost code or contact of the buyer is missing.",
            check_all=_refers,
        ),
        required("OHNL-TAX-TOTAL", "", "tax_total"),
        not_negative("BG-25", "BT-146"),
        Rule("OHNL-TAX", *_WRONG, _tax, "tax_total/BG-23"),
        *(required("OHNL-TOTALS", "BG-22", key) for key in ("BT-106", "BT-109", "BT-112")),
        *(required("OHNL-LINE", "BG-25", key) for key in ("BT-129", "BT-146", "BT-153")),
        Rule("OHNL-LINE-NET", *_SUM, _line_net, "BG-25", severity=Severity.WARNING, counts=True),
        Rule("OHNL-SUM", *_SUM, check_all=_sum_of_lines, severity=Severity.WARNING, counts=True),
        Rule("OHNL-GROSS", *_SUM, check_all=_gross, severity=Severity.WARNING, counts=True),
    ),
)

OHNL_ORDER = RuleSet(
    "UBL-OHNL 1.9 Order",
    (
        *_HEADER,
        Rule("OHNL-PARTY-ID", *_MISSING, _identified, "BOR-2"),
        Rule("OHNL-PARTY-AGENCY", *_NO_AGENCY, _agency, "BOR-2/identification"),
        Rule("OHNL-PARTY-AGENCY", *_NO_AGENCY, _agency, "BOR-3/identification"),
        Rule("OHNL-PARTY-BRANCH", *_MISSING, _branch_has_registration, "BOR-3"),
        *(required("OHNL-PARTY-NAME", role, "trading_name") for role in ("BOR-2", "BOR-3")),
        *(required("OHNL-LINE", "BOR-6", key) for key in ("BOR-6.3", "BOR-6.5", "BOR-6.4")),
        Rule(
            "OHNL-LINE-NET",
            *_SUM,
            _order_line_net,
            "BOR-6",
            severity=Severity.WARNING,
            counts=True,
        ),
        Rule(
            "OHNL-SUM", *_SUM, check_all=_sum_of_order_lines, severity=Severity.WARNING, counts=True
        ),
    ),
)
