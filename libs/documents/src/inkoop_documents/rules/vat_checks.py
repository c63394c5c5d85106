"""The questions that EN 16931 asks of every VAT category, one function for each kind of rule.

Source: EN 16931-1 §6.4.4, UBL binding 1.3.16.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from inkoop_documents.model.prices import ZERO
from inkoop_documents.rules.core_totals import HUNDRED, is_vat
from inkoop_documents.rules.engine import CheckAll, Facts, Offence
from inkoop_documents.scanned import Group
from inkoop_documents.values_of import cents, number


class Rate(Enum):
    """What the rate of a category may be."""

    POSITIVE = "positive"
    ZERO = "zero"
    NOT_NEGATIVE = "not negative"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Category:
    """One VAT category: `taxed` has a rate per share, else the tax is nil and needs a reason.

    `seller` and `buyer` name the registrations of which one must be there; for O none may be.
    """

    prefix: str
    code: str
    rate: Rate
    taxed: bool = False
    exempt: bool = True
    seller: tuple[str, ...] = ("vat", "tax_registration")
    buyer: tuple[str, ...] = ()


class Shares:
    """Where each VAT category is used, and what it adds up to."""

    __slots__ = ("allowances", "breakdown", "charges", "lines", "sums", "sums_by_rate")

    def __init__(self, facts: Facts) -> None:
        self.lines: dict[str, list[Group]] = {}
        self.allowances: dict[str, list[Group]] = {}
        self.charges: dict[str, list[Group]] = {}
        self.breakdown: dict[str, list[Group]] = {}
        self.sums: dict[str, Decimal] = {}
        self.sums_by_rate: dict[tuple[str, Decimal | None], Decimal] = {}
        for line in facts.groups("BG-25"):
            self._add(self.lines, line.get("BG-30", ()), number(line, "BT-131"))
        for allowance in facts.groups("BG-20"):
            self._add(self.allowances, allowance.get("tax", ()), -number(allowance, "amount"))
        for charge in facts.groups("BG-21"):
            self._add(self.charges, charge.get("tax", ()), number(charge, "amount"))
        for share in facts.groups("tax_total/BG-23"):
            if is_vat(share):
                self.breakdown.setdefault(share.get("category", ""), []).append(share)

    def _add(
        self, uses: dict[str, list[Group]], categories: Iterable[Group], amount: Decimal
    ) -> None:
        for group in categories:
            code, rate = group.get("category", ""), group.get("rate")
            self.sums[code] = self.sums.get(code, ZERO) + amount
            key = (code, rate)
            self.sums_by_rate[key] = self.sums_by_rate.get(key, ZERO) + amount
            if is_vat(group):
                uses.setdefault(code, []).append(group)

    def uses(self, code: str) -> bool:
        """Whether a line, an allowance or a charge is of this category."""
        return code in self.lines or code in self.allowances or code in self.charges


def used(category: Category) -> Callable[[Facts], object]:
    """Whether a document uses a category anywhere; if not, its rules have nothing to say."""

    def when(facts: Facts) -> bool:
        shares = facts.once(Shares)
        return category.code in shares.breakdown or shares.uses(category.code)

    return when


def broken_down(category: Category) -> CheckAll:
    """-01: what is used is in the breakdown, once; a taxed category once for each rate."""

    def check(facts: Facts) -> Offence | None:
        shares = facts.once(Shares)
        asked, count = shares.uses(category.code), len(shares.breakdown.get(category.code, ()))
        fine = (count > 0) == asked if category.taxed else count == 1
        return None if fine else Offence(facts.root, "BG-23", code=category.code)

    return check


def parties(category: Category, uses: Callable[[Shares], dict[str, list[Group]]]) -> CheckAll:
    """-02, -03, -04: who uses the category on a line, an allowance, a charge is registered."""

    def check(facts: Facts) -> Offence | None:
        if category.code not in uses(facts.once(Shares)):
            return None
        seller, buyer = facts.root.get("BG-4"), facts.root.get("BG-7")
        if not (_has(seller, category.seller) or _has(facts.root.get("BG-11"), ("vat",))):
            return Offence(seller or facts.root, "vat", code=category.code)
        if category.buyer and not _has(buyer, category.buyer):
            return Offence(buyer or facts.root, "vat", code=category.code)
        return None

    return check


def _has(party: Group | None, keys: tuple[str, ...]) -> bool:
    if party is None:
        return False
    return any(
        bool(party.get("registration"))
        if key == "registration"
        else any(tax.get("number") for tax in party.get(key, ()))
        for key in keys
    )


def rates(category: Category, uses: Callable[[Shares], dict[str, list[Group]]]) -> CheckAll:
    """-05, -06, -07: the rate of the category on a line, an allowance, a charge."""

    def check(facts: Facts) -> Iterable[Offence]:
        return [
            Offence(group, "rate", value=group.get("rate", ""), code=category.code)
            for group in uses(facts.once(Shares)).get(category.code, ())
            if not _allowed(category.rate, group)
        ]

    return check


def _allowed(rate: Rate, group: Group) -> bool:
    value: Decimal | None = group.get("rate")
    if rate is Rate.NONE:
        return "rate" not in group
    if value is None:
        return "rate" in group
    if rate is Rate.ZERO:
        return value == 0
    return value > 0 if rate is Rate.POSITIVE else value >= 0


def bases(category: Category) -> CheckAll:
    """-08: the base is what lines, allowances and charges of the category add up to.

    One unit of currency of difference is let through for taxed categories, as officially.
    """

    def check(facts: Facts) -> Iterator[Offence]:
        shares = facts.once(Shares)
        for share in shares.breakdown.get(category.code, ()):
            key = (category.code, share.get("rate"))
            due = shares.sums_by_rate.get(key, ZERO) if category.taxed else _sum(shares, key[0])
            base = number(share, "taxable")
            near = abs(base - due) < 1 if category.taxed else base == due
            known = key in shares.sums_by_rate if category.code == "S" else facts.groups("BG-25")
            if not near or not known:
                yield Offence(share, "taxable", value=base, due=due)

    return check


def _sum(shares: Shares, code: str) -> Decimal:
    return shares.sums.get(code, ZERO)


def taxes(category: Category) -> CheckAll:
    """-09: the tax of the share; one unit of difference is let through where there is a rate."""

    def check(facts: Facts) -> Iterator[Offence]:
        for share in facts.once(Shares).breakdown.get(category.code, ()):
            tax, due = number(share, "tax"), ZERO
            if category.taxed:
                due = cents(abs(number(share, "taxable")) * number(share, "rate") / HUNDRED)
            near = abs(abs(tax) - due) < 1 if category.taxed else tax == 0
            if not near:
                yield Offence(share, "tax", value=tax, due=due)

    return check


def reasons(category: Category) -> CheckAll:
    """-10: a reason for what is exempt, none for what is taxed."""

    def check(facts: Facts) -> Iterator[Offence]:
        for share in facts.once(Shares).breakdown.get(category.code, ()):
            said = "exemption" in share or "exemption_code" in share
            if said != category.exempt:
                yield Offence(share, "exemption")

    return check


def of_lines(shares: Shares) -> dict[str, list[Group]]:
    """The categories of lines, by code."""
    return shares.lines


def of_allowances(shares: Shares) -> dict[str, list[Group]]:
    """The categories of allowances of the document, by code."""
    return shares.allowances


def of_charges(shares: Shares) -> dict[str, list[Group]]:
    """The categories of charges of the document, by code."""
    return shares.charges
