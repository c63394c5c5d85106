"""Placing: which line of the order each line of an invoice is charged to."""

from decimal import Decimal

from inkoop_events.values import LineId
from inkoop_matching.domain.case import Case, OpenInvoice, Ordered
from inkoop_matching.domain.facts import InvoiceLine
from inkoop_matching.domain.policy import Limits, Policy

_EXACT = Limits()


def place(case: Case, invoice: OpenInvoice, policy: Policy) -> tuple[LineId | None, ...]:
    """The order line of each invoice line; none where the order has no such line.

    A line that names an order line stands there or nowhere. One that names none is only placed
    where the policy says so and one line alone fits; nothing is ever guessed.
    """
    ordered = case.ordered
    placed = [line.order_line if line.order_line in ordered else None for line in invoice.lines]
    if policy.infer_lines and None in placed:
        return tuple(
            [
                infer(case, invoice, line, policy) if line.order_line is None else found
                for line, found in zip(invoice.lines, placed, strict=True)
            ]
        )
    return tuple(placed)


def infer(case: Case, invoice: OpenInvoice, line: InvoiceLine, policy: Policy) -> LineId | None:
    """The only order line that fits a line without reference.

    Description and net unit price must both agree with exactly one order line. Where they agree
    with none, one of them is enough for the sole line of an invoice on an order with one line and
    for the line of the same number; a text that is missing does not disagree.
    """
    rounding = (policy.price or _EXACT).rounding
    twins = [
        key
        for key, ordered in case.ordered.items()
        if _same_text(line, ordered) and _same_price(line, ordered, rounding)
    ]
    if twins:
        return twins[0] if len(twins) == 1 else None
    sole = len(invoice.lines) == len(case.ordered) == 1
    likely = next(iter(case.ordered)) if sole else line.line
    ordered = case.ordered.get(likely)
    return likely if ordered is not None and _may_be(line, ordered, rounding, sole=sole) else None


def _may_be(line: InvoiceLine, ordered: Ordered, rounding: Decimal, *, sole: bool) -> bool:
    """Whether nothing speaks against the only candidate, and something for it."""
    if _same_text(line, ordered):
        return True
    silent = not (line.description.strip() and ordered.description.strip())
    same_price = _same_price(line, ordered, rounding)
    return (silent or same_price) if sole else (silent and same_price)


def _same_text(line: InvoiceLine, ordered: Ordered) -> bool:
    """The same words, whatever their case and spacing; an empty text agrees with nothing."""
    words = line.description.casefold().split()
    return bool(words) and words == ordered.description.casefold().split()


def _same_price(line: InvoiceLine, ordered: Ordered, rounding: Decimal) -> bool:
    """Equal, or apart by less than rounding over the whole quantity."""
    difference = line.price - ordered.price
    return not difference or abs(difference * line.quantity) < rounding
