"""The Dutch g-account extension of EN 16931: an invoice that is paid in two parts (BR-GA-…).

One part goes to a blocked account for wage tax (hired staff, cleaning, building). Source: Dutch
national EN 16931 extension G-account 1.0.
"""

from inkoop_documents.rules.engine import Facts, Offence, Rule, RuleSet, required
from inkoop_documents.rules.nlcius import NLCIUS, NLCIUS_ID
from inkoop_documents.values_of import number, total

GACCOUNT_ID = f"{NLCIUS_ID}#conformant#urn:fdc:nen.nl:gaccount:v1.0"
PARTS = 2


def _two_terms(facts: Facts) -> Offence | None:
    return None if len(facts.groups("terms")) == PARTS else Offence(facts.root, "terms")


def _two_means(facts: Facts) -> Offence | None:
    return None if len(facts.groups("BG-16")) == PARTS else Offence(facts.root, "BG-16")


def _sum_of_parts(facts: Facts) -> Offence | None:
    sums, due = facts.root.get("BG-22"), total(facts.groups("terms"), "NL-GA-03")
    if sums is None or number(sums, "BT-115") == due:
        return None
    return Offence(sums, "BT-115", value=number(sums, "BT-115"), due=due)


def _means_referred(facts: Facts) -> list[Offence]:
    referred = {terms.get("NL-GA-02") for terms in facts.groups("terms")}
    means = facts.groups("BG-16")
    return [Offence(one, "NL-GA-04") for one in means if one.get("NL-GA-04") not in referred]


def _blocked_account(facts: Facts) -> Offence | None:
    found = [one for one in facts.groups("BG-16") if one.get("NL-GA-04") == "GACCOUNT"]
    return None if len(found) == 1 else Offence(facts.root, "BG-16")


_TWO = ("{name} moet er twee keer staan.", "{name} must be there twice.")
_UNREFERRED = (
    "{name} hoort bij geen betalingsconditie.",
    "{name} belongs to no payment terms.",
)

GACCOUNT = RuleSet(
    "NLCIUS, g-account",
    (
        *(rule for rule in NLCIUS.rules if rule.id != "SI-UBL-2"),
        Rule("BR-GA-1", *_TWO, check_all=_two_terms),
        Rule("BR-GA-2", *_TWO, check_all=_two_means),
        Rule(
            "BR-GA-3",
            "{name}: er staat {value}, maar de delen geven {due}.",
            "{name}: {value} is stated, but the parts make {due}.",
            check_all=_sum_of_parts,
            counts=True,
        ),
        required("BR-GA-4", "terms", "NL-GA-02"),
        required("BR-GA-5", "BG-16", "NL-GA-04"),
        Rule("BR-GA-6", *_UNREFERRED, check_all=_means_referred),
        Rule(
            "BR-GA-7",
            "Er moet één betaling op de g-rekening zijn (GACCOUNT).",
            "There must be one payment to the blocked account (GACCOUNT).",
            check_all=_blocked_account,
        ),
    ),
)
