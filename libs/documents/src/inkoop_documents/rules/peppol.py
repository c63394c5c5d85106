"""Peppol BIS Billing 3: what Peppol asks beside EN 16931 (PEPPOL-EN16931-R…), our own wording.

Source: the rule ids and meanings of Peppol BIS Billing 3.0 (2026.5).
"""

import re
from collections.abc import Iterable

from inkoop_documents.findings import Severity
from inkoop_documents.model.prices import ZERO
from inkoop_documents.rules.engine import Facts, Offence, Rule, RuleSet, required
from inkoop_documents.rules.nlcius import no_empty_elements
from inkoop_documents.rules.peppol_nl import PEPPOL_NL
from inkoop_documents.rules.sums import (
    adjusted,
    base_quantity_positive,
    line_differs,
    one_currency,
    together,
)
from inkoop_documents.scanned import Group
from inkoop_documents.values_of import number

PEPPOL_ID = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
ADJUSTMENTS = ("BG-20", "BG-21", "BG-25/BG-27", "BG-25/BG-28")


_PROCESS = re.compile(r"urn:fdc:peppol.eu:2017:poacc:billing:\d{2}:1.0", re.ASCII)


def _line_net(line: Group) -> Offence | None:
    found = line_differs(line, "BT-129", "BT-146", "BT-149", "BT-131")
    return Offence(line, "BT-131", value=found[0], due=found[1]) if found else None


LINE_NET = Rule(
    "PEPPOL-EN16931-R120",
    "{name}: er staat {value}, maar hoeveelheid × prijs ± kortingen en toeslagen is {due}.",
    "{name}: {value} is stated, but quantity × price ± allowances and charges is {due}.",
    _line_net,
    "BG-25",
    counts=True,
)


def _process_form(facts: Facts) -> Offence | None:
    value = facts.root.get("BT-23", "")
    return None if _PROCESS.match(value) else Offence(facts.root, "BT-23", value=value)


def _one_note(facts: Facts) -> Offence | None:
    """R002; a note of a German invoice between Germans may repeat, so be silent about those."""
    german = any(
        address.get("country") == "DE" for address in facts.groups("BG-4/BG-5")
    )  # fmt: skip
    many = len(facts.root.get("BT-22", ())) > 1 and not german
    return Offence(facts.root, "BT-22") if many else None


def _has_reference(facts: Facts) -> Offence | None:
    found = "BT-10" in facts.root or "BT-13" in facts.root
    return None if found else Offence(facts.root, "BT-13")


def _specification(facts: Facts) -> Offence | None:
    value = facts.root.get("BT-24", "")
    return None if value.startswith(PEPPOL_ID) else Offence(facts.root, "BT-24", value=value)


def _other_currency(facts: Facts) -> Offence | None:
    currency = facts.root.get("BT-6")
    same = currency and currency == facts.root.get("BT-5")
    return Offence(facts.root, "BT-6", value=currency) if same else None


def _one_breakdown(facts: Facts) -> Offence | None:
    count = sum("BG-23" in group for group in facts.groups("tax_total"))
    return None if count == 1 else Offence(facts.root, "BG-23")


def _one_accounting_total(facts: Facts) -> Offence | None:
    count = sum("BG-23" not in group for group in facts.groups("tax_total"))
    return None if count == ("BT-6" in facts.root) else Offence(facts.root, "BT-111")


def _same_sign(facts: Facts) -> Offence | None:
    currencies = (facts.root.get("BT-5"), facts.root.get("BT-6"))
    amounts = [
        number(group, "amount")
        for group in facts.groups("tax_total")
        if group.get("currency") in currencies
    ]
    differ = "BT-6" in facts.root and min(amounts, default=ZERO) < 0 < max(amounts, default=ZERO)
    return Offence(facts.root, "BT-111") if differ else None


def _mandate(group: Group) -> Offence | None:
    if group.get("BT-81") not in {"49", "59"}:
        return None
    found = any("BT-89" in mandate for mandate in group.get("BG-19", ()))
    return None if found else Offence(group, "BT-89")


def _one_object(facts: Facts) -> Offence | None:
    found = facts.groups("BT-18")
    return Offence(found[1], "BT-122") if len(found) > 1 else None


def _lines_within(facts: Facts) -> Iterable[Offence]:
    """R110 and R111 are told apart by the term."""
    period = facts.root.get("BG-14") or {}
    start, end = period.get("BT-73"), period.get("BT-74")
    for line in facts.groups("BG-25/BG-26") if start or end else ():
        if start and line.get("BT-134") and line["BT-134"] < start:
            yield Offence(line, "BT-134")
        if end and line.get("BT-135") and line["BT-135"] > end:
            yield Offence(line, "BT-135")


def _within(id_: str, key: str) -> Rule:
    def check(facts: Facts) -> list[Offence]:
        return [offence for offence in _lines_within(facts) if offence.term == key]

    nl = "{name} valt buiten de factuurperiode."
    return Rule(id_, nl, "{name} lies outside the invoicing period.", check_all=check)


def _one_line_object(line: Group) -> Offence | None:
    count = len(line.get("BT-128", ())) + len(line.get("line_document", ()))
    return Offence(line, "BT-128") if count > 1 else None


def _only_object(line: Group) -> Offence | None:
    return Offence(line, "BT-128") if "line_document" in line and "BT-128" not in line else None


def _no_price_charge(group: Group) -> Offence | None:
    return None if group.get("charge") is False else Offence(group, "charge")


def _net_of_gross(line: Group) -> Iterable[Offence]:
    for group in line.get("price_allowance", ()):
        gross = group.get("BT-148")
        if gross is None or "BT-146" not in line:
            continue
        due = gross - number(group, "BT-147")
        if number(line, "BT-146") != due:
            yield Offence(line, "BT-146", value=line["BT-146"], due=due)


def _same_unit(line: Group) -> Offence | None:
    unit = line.get("BT-150")
    wrong = unit is not None and "BT-129" in line and unit != line.get("BT-130")
    return Offence(line, "BT-150", value=unit) if wrong else None


_MISSING = ("{name} ontbreekt.", "{name} is missing.")
_ONE = ("{name} staat er meer dan één keer.", "{name} is there more than once.")
_WRONG = ("{name}: “{value}” is hier niet juist.", "{name}: “{value}” is not right here.")

RULES = (
    required("PEPPOL-EN16931-R001", "", "BT-23"),
    Rule("PEPPOL-EN16931-R002", *_ONE, check_all=_one_note),
    Rule("PEPPOL-EN16931-R003", *_MISSING, check_all=_has_reference),
    Rule("PEPPOL-EN16931-R004", *_WRONG, check_all=_specification),
    Rule("PEPPOL-EN16931-R005", *_WRONG, check_all=_other_currency),
    Rule("PEPPOL-EN16931-R006", *_ONE, check_all=_one_object),
    Rule("PEPPOL-EN16931-R007", *_WRONG, check_all=_process_form),
    no_empty_elements("PEPPOL-EN16931-R008", Severity.FATAL),
    required("PEPPOL-EN16931-R010", "BG-7", "endpoint"),
    required("PEPPOL-EN16931-R020", "BG-4", "endpoint"),
    *(adjusted("PEPPOL-EN16931-R040", path) for path in ADJUSTMENTS),
    *(together("PEPPOL-EN16931-R041", path, "percent", "base") for path in ADJUSTMENTS),
    *(together("PEPPOL-EN16931-R042", path, "base", "percent") for path in ADJUSTMENTS),
    Rule("PEPPOL-EN16931-R044", *_MISSING, _no_price_charge, "BG-25/price_allowance"),
    Rule(
        "PEPPOL-EN16931-R046",
        "{name}: er staat {value}, maar brutoprijs − korting is {due}.",
        "{name}: {value} is stated, but gross price − discount is {due}.",
        _net_of_gross,
        "BG-25",
        counts=True,
    ),
    one_currency("BT-5", "BT-6"),
    Rule("PEPPOL-EN16931-R053", *_ONE, check_all=_one_breakdown),
    Rule("PEPPOL-EN16931-R054", *_ONE, check_all=_one_accounting_total),
    Rule(
        "PEPPOL-EN16931-R055",
        "{name} heeft een ander teken dan het totaal btw.",
        "{name} has another sign than the VAT total.",
        check_all=_same_sign,
    ),
    Rule("PEPPOL-EN16931-R061", *_MISSING, _mandate, "BG-16"),
    Rule("PEPPOL-EN16931-R100", *_ONE, _one_line_object, "BG-25"),
    Rule("PEPPOL-EN16931-R101", *_MISSING, _only_object, "BG-25"),
    _within("PEPPOL-EN16931-R110", "BT-134"),
    _within("PEPPOL-EN16931-R111", "BT-135"),
    LINE_NET,
    base_quantity_positive("PEPPOL-EN16931-R121", "BG-25", "BT-149"),
    Rule("PEPPOL-EN16931-R130", *_WRONG, _same_unit, "BG-25"),
)

PEPPOL = RuleSet("Peppol BIS Billing 3", (*RULES, *PEPPOL_NL))
