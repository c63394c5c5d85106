"""Peppol BIS Order 3: what an order must hold (PEPPOL-T01-R…), our own wording.

Source: the rule ids and meanings of the Peppol order transaction T01 (2026.5).
"""

from collections.abc import Iterable
from decimal import Decimal

from inkoop_documents.findings import Severity
from inkoop_documents.rules.engine import Facts, Offence, Rule, RuleSet, required
from inkoop_documents.rules.nlcius import no_empty_elements
from inkoop_documents.rules.sums import (
    adjusted,
    base_quantity_positive,
    line_differs,
    one_currency,
    together,
)
from inkoop_documents.scanned import Group
from inkoop_documents.values_of import cents, number, total

PEPPOL_ORDER_ID = "urn:fdc:peppol.eu:poacc:trns:order:3"
PROCESSES = frozenset(
    {
        "urn:fdc:peppol.eu:poacc:bis:order_only:3",
        "urn:fdc:peppol.eu:poacc:bis:ordering:3",
        "urn:fdc:peppol.eu:poacc:bis:advanced_ordering:3",
    }
)
ADJUSTMENTS = ("allowance", "charge", "BOR-6/allowance", "BOR-6/charge")


def _not_negative(id_: str, path: str, key: str) -> Rule:
    def check(group: Group) -> Offence | None:
        value = group.get(key)
        return Offence(group, key, value=value) if value is not None and value < 0 else None

    return Rule(id_, "{name}: {value} is negatief.", "{name}: {value} is negative.", check, path)


def _unique_lines(facts: Facts) -> Iterable[Offence]:
    seen: set[str] = set()
    for line in facts.groups("BOR-6"):
        if (number_ := line.get("BOR-6.1")) in seen:
            yield Offence(line, "BOR-6.1", value=number_)
        elif number_:
            seen.add(number_)


def _process(facts: Facts) -> Offence | None:
    value = facts.root.get("BT-23")
    fine = value is None or value in PROCESSES
    return None if fine else Offence(facts.root, "BT-23", value=value)


def _differs(group: Group, key: str, due: Decimal) -> Offence | None:
    value = number(group, key)
    return None if value == due else Offence(group, key, value=value, due=due)


def _lines(facts: Facts) -> Offence | None:
    sums = facts.root.get("BOR-5")
    if sums is None:
        return None
    return _differs(sums, "BOR-5.3", cents(total(facts.groups("BOR-6"), "BOR-6.7")))


def _allowances(facts: Facts) -> Offence | None:
    return _adjusted(facts, "allowance", "allowances")


def _charges(facts: Facts) -> Offence | None:
    return _adjusted(facts, "charge", "charges")


def _adjusted(facts: Facts, kind: str, key: str) -> Offence | None:
    sums = facts.root.get("BOR-5")
    if sums is None:
        return None
    return _differs(sums, key, cents(total(facts.groups(kind), "amount")))


def _adjusted_net(sums: Group) -> Decimal:
    return number(sums, "BOR-5.3") - number(sums, "allowances") + number(sums, "charges")


def _net(sums: Group) -> Offence | None:
    return _differs(sums, "BOR-5.2", _adjusted_net(sums)) if "BOR-5.2" in sums else None


def _payable(sums: Group) -> Offence | None:
    if "BOR-5.1" not in sums:
        return None
    due = number(sums, "BOR-5.1") - number(sums, "prepaid") + number(sums, "rounding")
    return _differs(sums, "payable", due)


def _gross(facts: Facts) -> Offence | None:
    sums, taxes = facts.root.get("BOR-5"), facts.groups("tax_total")
    if sums is None or "BOR-5.1" not in sums or not taxes:
        return None
    net = number(sums, "BOR-5.2") if "BOR-5.2" in sums else _adjusted_net(sums)
    return _differs(sums, "BOR-5.1", net + number(taxes[0], "BOR-5.4"))


def _line_net(line: Group) -> Offence | None:
    if "BOR-6.7" not in line:
        return None
    found = line_differs(line, "BOR-6.3", "BOR-6.5", "base_quantity", "BOR-6.7")
    return Offence(line, "BOR-6.7", value=found[0], due=found[1]) if found else None


def _reason(group: Group) -> Offence | None:
    found = "reason" in group or "reason_code" in group
    return None if found else Offence(group, "reason")


def _decimals(facts: Facts) -> Iterable[Offence]:
    return [
        Offence(remark.group, remark.term.id, value=remark.said)
        for remark in facts.scan.remarks("decimals")
    ]


_SUM = (
    "{name}: er staat {value}, maar de onderdelen geven {due}.",
    "{name}: {value} is stated, but the parts make {due}.",
)
_MISSING = ("{name} ontbreekt.", "{name} is missing.")

RULES = (
    Rule(
        "PEPPOL-T01-R001",
        "{name} “{value}” komt meer dan één keer voor.",
        "{name} “{value}” occurs more than once.",
        check_all=_unique_lines,
    ),
    one_currency("BOR-1.4"),
    _not_negative("PEPPOL-T01-R004", "BOR-6", "BOR-6.3"),
    _not_negative("PEPPOL-T01-R005", "BOR-6", "BOR-6.5"),
    _not_negative("PEPPOL-T01-R006", "BOR-5", "payable"),
    _not_negative("PEPPOL-T01-R007", "BOR-5", "BOR-5.3"),
    Rule("PEPPOL-T01-R008", *_SUM, check_all=_lines, counts=True),
    Rule("PEPPOL-T01-R009", *_SUM, check_all=_allowances, counts=True),
    Rule("PEPPOL-T01-R010", *_SUM, check_all=_charges, counts=True),
    Rule("PEPPOL-T01-R011", *_SUM, _net, "BOR-5", counts=True),
    required("PEPPOL-T01-R013", "BOR-6", "BOR-6.3", Severity.WARNING),
    Rule("PEPPOL-T01-R016", *_SUM, _payable, "BOR-5", counts=True),
    Rule("PEPPOL-T01-R017", *_SUM, check_all=_gross, counts=True),
    *(together("PEPPOL-T01-R020", path, "percent", "base") for path in ADJUSTMENTS),
    *(together("PEPPOL-T01-R021", path, "base", "percent") for path in ADJUSTMENTS),
    *(adjusted("PEPPOL-T01-R022", path) for path in ADJUSTMENTS),
    *(Rule("PEPPOL-T01-R023", *_MISSING, _reason, path) for path in ADJUSTMENTS),
    Rule(
        "PEPPOL-T01-R024",
        "{name}: er staat {value}, maar aantal × prijs ± kortingen en toeslagen is {due}.",
        "{name}: {value} is stated, but quantity × price ± allowances and charges is {due}.",
        _line_net,
        "BOR-6",
        counts=True,
    ),
    base_quantity_positive("PEPPOL-T01-R025", "BOR-6", "base_quantity"),
    Rule(
        "PEPPOL-T01-R028",
        "{name}: “{value}” heeft meer dan 2 decimalen.",
        "{name}: “{value}” has more than 2 decimals.",
        check_all=_decimals,
    ),
    Rule(
        "PEPPOL-T01-R031",
        "{name}: “{value}” is geen bestelproces van Peppol.",
        "{name}: “{value}” is no ordering process of Peppol.",
        check_all=_process,
    ),
    *(_not_negative("PEPPOL-T01-R032", path, "amount") for path in ADJUSTMENTS),
    no_empty_elements("PEPPOL-COMMON-R001", Severity.FATAL),
)

PEPPOL_ORDER = RuleSet("Peppol BIS Order 3", RULES)
