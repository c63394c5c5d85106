"""EN 16931: the sums to the cent (BR-CO-10 to BR-CO-17), and the other conditions (BR-CO).

Source: EN 16931-1 §6.4.2 and §6.4.3, UBL binding 1.3.16.
"""

from collections.abc import Iterable
from decimal import Decimal

from inkoop_documents.model.prices import ZERO
from inkoop_documents.rules.codes import VAT_PREFIXES
from inkoop_documents.rules.engine import Facts, Offence, Rule
from inkoop_documents.scanned import Group
from inkoop_documents.values_of import cents, number, total

HUNDRED = Decimal(100)


def _sum_of_lines(facts: Facts) -> Offence | None:
    sums = facts.root.get("BG-22")
    if sums is None:
        return None
    due = cents(total(facts.groups("BG-25"), "BT-131"))
    return _differs(sums, "BT-106", due)


def _sum_of_allowances(facts: Facts) -> Offence | None:
    return _adjusted(facts, "BG-20", "BT-107")


def _sum_of_charges(facts: Facts) -> Offence | None:
    return _adjusted(facts, "BG-21", "BT-108")


def _adjusted(facts: Facts, adjustment: str, key: str) -> Offence | None:
    sums, found = facts.root.get("BG-22"), facts.groups(adjustment)
    if sums is None or (not found and key not in sums):
        return None
    return _differs(sums, key, cents(total(found, "amount")))


def _net(sums: Group) -> Offence | None:
    due = number(sums, "BT-106") - number(sums, "BT-107") + number(sums, "BT-108")
    return _differs(sums, "BT-109", cents(due))


def _sum_of_vat(group: Group) -> Offence | None:
    if not group.get("BG-23"):
        return None
    return _differs(group, "amount", cents(total(group["BG-23"], "tax")))


def _gross(facts: Facts) -> Offence | None:
    """BR-CO-15: net plus the one VAT total in the currency of the invoice."""
    sums, currency = facts.root.get("BG-22"), facts.root.get("BT-5")
    if sums is None or not currency:
        return None
    totals = [t for t in facts.groups("tax_total") if t.get("currency") == currency]
    if len(totals) != 1:
        return Offence(sums, "BT-112", value=sums.get("BT-112"), due="?")
    return _differs(sums, "BT-112", cents(number(sums, "BT-109") + number(totals[0], "amount")))


def _payable(sums: Group) -> Offence | None:
    due = number(sums, "BT-112") - number(sums, "BT-113") + number(sums, "BT-114")
    return _differs(sums, "BT-115", cents(due))


def _differs(group: Group, key: str, due: Decimal) -> Offence | None:
    value = group.get(key)
    return None if value == due else Offence(group, key, value=value, due=due)


def _vat_of_share(group: Group) -> Offence | None:
    """BR-CO-17: tax = base × rate; one unit of currency of difference is let through."""
    rate, tax = group.get("rate"), number(group, "tax")
    if rate is None or not round(rate):
        return None if not round(tax) else Offence(group, "tax", value=tax, due=ZERO)
    due = cents(abs(number(group, "taxable")) * rate / HUNDRED)
    near = abs(abs(tax) - due) < 1
    return None if near else Offence(group, "tax", value=tax, due=due)


_SUM = (
    "{name}: er staat {value}, maar de onderdelen geven {due}.",
    "{name}: {value} is stated, but the parts make {due}.",
)

TOTALS = (
    Rule("BR-CO-10", *_SUM, check_all=_sum_of_lines, counts=True),
    Rule("BR-CO-11", *_SUM, check_all=_sum_of_allowances, counts=True),
    Rule("BR-CO-12", *_SUM, check_all=_sum_of_charges, counts=True),
    Rule("BR-CO-13", *_SUM, _net, "BG-22", counts=True),
    Rule("BR-CO-14", *_SUM, _sum_of_vat, "tax_total", counts=True),
    Rule("BR-CO-15", *_SUM, check_all=_gross, counts=True),
    Rule("BR-CO-16", *_SUM, _payable, "BG-22", counts=True),
    Rule(
        "BR-CO-17",
        "{name}: er staat {value}, maar grondslag × tarief is {due}.",
        "{name}: {value} is stated, but base × rate is {due}.",
        _vat_of_share,
        "tax_total/BG-23",
        counts=True,
    ),
)


def _one_point_date(facts: Facts) -> Offence | None:
    code = (facts.root.get("BG-14") or {}).get("BT-8")
    return Offence(facts.root, "BT-7") if code and facts.root.get("BT-7") else None


def _line_category(group: Group) -> Offence | None:
    found = any(is_vat(tax) and tax.get("category") for tax in group.get("BG-30", ()))
    return None if found else Offence(group, "BT-151")


def is_vat(group: Group) -> bool:
    """Whether a category or registration is one of VAT, not of another tax."""
    return group.get("scheme", "").upper() == "VAT"


def _vat_prefixes(facts: Facts) -> Iterable[Offence]:
    return [
        Offence(party, "vat", value=tax.get("number", ""))
        for path in ("BG-4", "BG-7", "BG-11")
        for party in facts.groups(path)
        for tax in party.get("vat", ())
        if tax.get("number", "")[:2] not in VAT_PREFIXES
    ]


def _has_breakdown(facts: Facts) -> Offence | None:
    return None if facts.groups("tax_total/BG-23") else Offence(facts.root, "BG-23")


def _period_filled(group: Group) -> Offence | None:
    filled = any(group.get(key) for key in ("BT-73", "BT-74", "BT-8"))
    return None if filled else Offence(group, "BT-73")


def _line_period_filled(group: Group) -> Offence | None:
    return None if group.get("BT-134") or group.get("BT-135") else Offence(group, "BT-134")


def _says_when_to_pay(facts: Facts) -> Offence | None:
    """BR-CO-25, for invoices only: a due date or payment terms where something is due."""
    if facts.root.id != "invoice" or number(facts.root.get("BG-22"), "BT-115") <= 0:
        return None
    dated = "BT-9" in facts.root or any("BT-9" in m for m in facts.groups("BG-16"))
    noted = any("BT-20" in terms for terms in facts.groups("terms"))
    return None if dated or noted else Offence(facts.root, "BT-9")


def _seller_known(group: Group) -> Offence | None:
    known = (
        any(tax.get("number") for tax in group.get("vat", ()))
        or any("value" in one for one in group.get("identification", ()))
        or "registration" in group
    )
    return None if known else Offence(group, "identification")


_MISSING = ("{name} ontbreekt.", "{name} is missing.")

CONDITIONS = (
    Rule(
        "BR-CO-03",
        "{name} en de code voor de btw-datum (BT-8) sluiten elkaar uit.",
        "{name} and the VAT point date code (BT-8) exclude each other.",
        check_all=_one_point_date,
    ),
    Rule("BR-CO-04", *_MISSING, _line_category, "BG-25"),
    Rule(
        "BR-CO-09",
        "{name}: “{value}” begint niet met een landcode.",
        "{name}: “{value}” does not begin with a country code.",
        check_all=_vat_prefixes,
    ),
    Rule("BR-CO-18", *_MISSING, check_all=_has_breakdown),
    Rule("BR-CO-19", *_MISSING, _period_filled, "BG-14"),
    Rule("BR-CO-20", *_MISSING, _line_period_filled, "BG-25/BG-26"),
    Rule(
        "BR-CO-25",
        "{name} of betalingscondities (BT-20) ontbreken.",
        "{name} or payment terms (BT-20) are missing.",
        check_all=_says_when_to_pay,
    ),
    Rule("BR-CO-26", *_MISSING, _seller_known, "BG-4"),
)
