"""Numbers of scanned groups, for rules that add them up."""

from collections.abc import Iterable
from decimal import Decimal

from inkoop_documents.model.prices import EXACT, ZERO
from inkoop_documents.scanned import Group
from inkoop_events.values import CENT


def number(group: Group | None, key: str) -> Decimal:
    """The number, or zero where there is none."""
    return (group.get(key) if group else None) or ZERO


def total(groups: Iterable[Group], key: str) -> Decimal:
    """The sum over groups; what is missing counts as zero."""
    return sum([group.get(key) or ZERO for group in groups], start=ZERO)


def cents(amount: Decimal) -> Decimal:
    """Half-up to the cent, away from zero at exactly half (design D9)."""
    return EXACT.quantize(amount, CENT)
