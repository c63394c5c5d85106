"""Placing: which line of the order each line of an invoice is charged to."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

from inkoop_events.values import LineId
from inkoop_matching.domain.case import Case, OpenInvoice, Ordered, named
from inkoop_matching.domain.facts import InvoiceLine
from inkoop_matching.domain.policy import Limits, Policy

_EXACT = Limits()
_Index: TypeAlias = Mapping[tuple[str, Decimal], LineId | None]
"""Words and price to the order line that has them; None where several do."""


def place(case: Case, invoice: OpenInvoice, policy: Policy) -> tuple[LineId | None, ...]:
    """The order line of each invoice line; none where the order has no such line.

    A line that names an order line stands there or nowhere. One that names none is only placed
    where the policy says so and one line alone fits; nothing is ever guessed.
    """
    placed, ordered = named(invoice.lines), case.ordered
    if all(map(ordered.__contains__, placed)):
        return placed
    index = _index(ordered) if policy.infer_lines and None in placed else {}
    rounding = (policy.price or _EXACT).rounding
    sole = next(iter(ordered)) if len(invoice.lines) == len(ordered) == 1 else None
    return tuple(
        [
            _infer(ordered, line, index, sole, rounding)
            if line.order_line is None and index
            else (line.order_line if line.order_line in ordered else None)
            for line in invoice.lines
        ]
    )


def _infer(
    ordered: Mapping[LineId, Ordered],
    line: InvoiceLine,
    index: _Index,
    sole: LineId | None,
    rounding: Decimal,
) -> LineId | None:
    """The only order line that fits a line without reference.

    Description and net unit price must both agree with exactly one order line. Where they agree
    with none, one of them is enough for the `sole` line of an invoice on an order with one line
    and for the line of the same number; a text that is missing does not disagree.
    """
    words = _words(line.description)
    if words and (words, line.price) in index:
        return index[words, line.price]
    likely = sole or line.line
    candidate = ordered.get(likely)
    if candidate is None:
        return None
    known = _words(candidate.description)
    if words and words == known:
        return likely
    silent = not (words and known)
    near = abs((line.price - candidate.price) * line.quantity) < rounding
    fits = (silent or near) if sole else (silent and near)
    return likely if fits else None


def _index(ordered: Mapping[LineId, Ordered]) -> _Index:
    """Made once for an invoice, so that 10,000 lines on 10,000 take a moment, not minutes."""
    index: dict[tuple[str, Decimal], LineId | None] = {}
    for key, line in ordered.items():
        words = (_words(line.description), line.price)
        index[words] = None if words in index else key
    return index


def _words(text: str) -> str:
    """The same for texts that differ in case and spacing only."""
    return " ".join(text.casefold().split())
