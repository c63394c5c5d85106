"""Where an invoice stands: its state and the reasons, read from its trail."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from inkoop_cli.trail import Entry

SETTLED = frozenset({"payable", "held"})
"""States in which nothing more happens by itself, unless something new comes in."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of one invoice (received, waiting, held or payable), why, and since when."""

    invoice: str
    state: str
    reasons: tuple[str, ...]
    since: datetime
    duplicates: int = 0
    """Other documents that came with its number."""


@dataclass(slots=True)
class _Case:
    """What is gathered of one invoice while its entries pass by."""

    since: datetime
    own_codes: tuple[str, ...] = ()
    outcomes: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Order → outcome in force and its codes; an order without decision has outcome ''."""
    payable: bool = False
    duplicates: int = 0


def standings(entries: Iterable[Entry]) -> list[Standing]:
    """One for each invoice that the invoicing service told of, in the order of arrival."""
    cases: dict[str, _Case] = {}
    for entry in sorted(entries, key=lambda each: (each.recorded_at, each.lane, each.sequence)):
        if entry.service == "invoicing":
            case = cases.setdefault(entry.key, _Case(entry.recorded_at))
            _note(case, entry)
    return [
        Standing(key, _state(case), _codes(case), case.since, case.duplicates)
        for key, case in cases.items()
    ]


def _note(case: _Case, entry: Entry) -> None:
    data, order = entry.data, str(entry.data.get("order") or "")
    match entry.type:
        case "invoice-duplicated":
            case.duplicates += 1
            return
        case "invoice-presented":
            case.outcomes.setdefault(order, ("", ()))
        case "match-noted":
            case.outcomes[order] = (str(data.get("outcome")), tuple(data.get("codes") or ()))
        case "invoice-held" if not order:
            case.own_codes = tuple(data.get("codes") or ())
        case "invoice-became-payable":
            case.payable = True
        case _:
            pass
    case.since = entry.recorded_at


def _state(case: _Case) -> str:
    outcomes = {outcome for outcome, _ in case.outcomes.values()}
    if case.payable:
        return "payable"
    if case.own_codes or "held" in outcomes:
        return "held"
    return "waiting" if "waiting" in outcomes else "received"


def _codes(case: _Case) -> tuple[str, ...]:
    codes = [code for _, reasons in case.outcomes.values() for code in reasons]
    return tuple(dict.fromkeys((*case.own_codes, *codes)))
