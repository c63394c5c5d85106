"""What can be wrong with a document in itself, whatever came before it: lines, numbers, texts."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from inkoop_events.values import (
    MAX_DECIMALS,
    MAX_LINES,
    MAX_NUMBER_LENGTH,
    MAX_WHOLE_DIGITS,
    LineId,
    Refused,
    decimals,
)

MAX_TEXT = 250
"""Characters of a description: it is for people, the document itself is kept whole."""
MAX_TEXTS = 5_000_000
"""Bytes of all texts of the lines: with its numbers a document's event stays under the 8 MiB of a
message (design D6)."""

_CENT_DECIMALS = 2
_PRECISION = 28
"""Digits of a number that Python's decimals reckon with; `decimals` sees no more of it."""
_SPOKEN = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: a stable code, the field, and the line when it is in a line."""

    code: str
    field: str
    line: LineId | None = None


class Faulty(Refused):
    """A document cannot be accepted as it is; `faults` has all that is wrong, not only the first.

    `code` is the code of the first fault.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        told = "; ".join(_say(fault) for fault in faults[:_SPOKEN])
        more = len(faults) - _SPOKEN
        super().__init__(faults[0].code, f"{told}; and {more} more" if more > 0 else told)
        self.faults = faults


def refuse_when(faults: Iterable[Fault]) -> None:
    """Raise `Faulty` with all faults, if there are any."""
    if found := tuple(faults):
        raise Faulty(found)


def exact_faults(number: Decimal, field: str, line: LineId | None = None) -> Iterator[Fault]:
    """A quantity or price that cannot be kept exactly: more than ten decimals (design D9)."""
    yield from _number_faults(number, field, line, places=MAX_DECIMALS)


def amount_faults(amount: Decimal, field: str, line: LineId | None = None) -> Iterator[Fault]:
    """An amount that is not given to the cent (EN 16931, BR-DEC rules)."""
    yield from _number_faults(amount, field, line, places=_CENT_DECIMALS)


def quantity_faults(quantity: Decimal, line: LineId) -> Iterator[Fault]:
    """A quantity of an order or receipt that is negative or cannot be kept exactly."""
    yield from exact_faults(quantity, "quantity", line)
    if quantity.is_finite() and quantity < 0:
        yield Fault("NEGATIVE_QUANTITY", "quantity", line)


def price_faults(price: Decimal, line: LineId) -> Iterator[Fault]:
    """A price that is negative (EN 16931, BR-27) or cannot be kept exactly."""
    yield from exact_faults(price, "price", line)
    if price.is_finite() and price < 0:
        yield Fault("NEGATIVE_PRICE", "price", line)


def reference_faults(text: str, field: str, line: LineId | None = None) -> Iterator[Fault]:
    """A number of a document, line or unit that is empty, too long, or not printable."""
    if not text.strip() or len(text) > MAX_NUMBER_LENGTH or not text.isprintable():
        yield Fault("BAD_REFERENCE", field, line)


def describe(text: str) -> str:
    """A description of any length as it travels: one line of printable characters, cut off."""
    visible = (char if char.isprintable() else " " for char in text[: 4 * MAX_TEXT])
    return " ".join("".join(visible).split())[:MAX_TEXT]


def text_faults(text: str, field: str, line: LineId | None = None) -> Iterator[Fault]:
    """A description that is not as `describe` makes it."""
    if len(text) > MAX_TEXT or not text.isprintable():
        yield Fault("BAD_TEXT", field, line)


def size_faults(texts: Iterable[str]) -> Iterator[Fault]:
    """Lines whose texts together are more than one message can carry, as JSON in UTF-8."""
    size = sum(len(text.encode()) + text.count('"') + text.count("\\") for text in texts)
    if size > MAX_TEXTS:
        yield Fault("TOO_MUCH_TEXT", "lines")


def line_count_faults(count: int) -> Iterator[Fault]:
    """A document without lines (EN 16931, BR-16), or with more than the limit of design D6."""
    if count == 0:
        yield Fault("NO_LINES", "lines")
    if count > MAX_LINES:
        yield Fault("TOO_MANY_LINES", "lines")


def repeated_line_faults(lines: Iterable[LineId]) -> Iterator[Fault]:
    """Each line number that occurs more than once, once."""
    for line, count in Counter(lines).items():
        if count > 1:
            yield Fault("DUPLICATE_LINE", "line", line)


def _number_faults(
    number: Decimal, field: str, line: LineId | None, *, places: int
) -> Iterator[Fault]:
    # Size goes first: a number with a huge exponent must not be written out.
    if not number.is_finite() or number.adjusted() >= MAX_WHOLE_DIGITS:
        yield Fault("NUMBER_TOO_LARGE", field, line)
    elif len(number.as_tuple().digits) > _PRECISION or decimals(number) > places:
        yield Fault("TOO_MANY_DECIMALS", field, line)


def _say(fault: Fault) -> str:
    place = fault.field if fault.line is None else f"{fault.field} of line {fault.line[:20]}"
    return f"{fault.code} ({place})"
