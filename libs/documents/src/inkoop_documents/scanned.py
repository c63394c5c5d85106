"""What a scan finds: groups of values by business term, and remarks on what it met."""

from decimal import Decimal
from typing import Any

from inkoop_documents.elements import Element
from inkoop_documents.terms import Part, Term


class Group(dict[str, Any]):
    """The terms found at one place, by id: text, Decimal, date, bool, a Group or a list of them.

    None stands for a value that could not be read; a remark says so. `id` is that of the part,
    unless the part places its groups by what they hold; `origin` the element.
    """

    __slots__ = ("id", "origin", "part")

    id: str
    part: Part
    origin: Element


class Remark:
    """Something that the scan met and a rule will judge: a repeated term, a value unreadable."""

    __slots__ = ("group", "said", "term")

    def __init__(self, group: Group, term: Term, said: str) -> None:
        self.group = group
        self.term = term
        self.said = said


class Scan:
    """What one pass collects beside the values."""

    __slots__ = ("_remarks", "currencies", "numbers")

    def __init__(self) -> None:
        self._remarks: dict[str, list[Remark]] = {}
        self.currencies: dict[str | None, tuple[Group, Term]] = {}
        """Every currencyID with the first place that has it."""
        self.numbers: dict[str, Decimal] = {}
        """Numbers by their text: lines of one document say the same again and again."""

    def remark(self, what: str, group: Group, term: Term, said: str) -> None:
        """Note it, unless there is enough of its kind to report already."""
        found = self._remarks.setdefault(what, [])
        if len(found) < MAX_REMARKS:
            found.append(Remark(group, term, said))

    def remarks(self, what: str) -> list[Remark]:
        """What was noted of one kind."""
        return self._remarks.get(what, _NONE)


MAX_REMARKS = 200
_NONE: list[Remark] = []

NOTHING = Term("", "")
"""Where a remark is about the group itself."""


def new_group(part: Part, origin: Element) -> Group:
    """An empty group. Not a constructor: a dict that is made in C is made twice as fast."""
    group = Group()
    group.id = part.id
    group.part = part
    group.origin = origin
    return group
