"""One pass over an XML tree that picks the terms of a table: from elements to groups of values."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from inkoop_documents.elements import Element
from inkoop_documents.terms import Kind, Part, Term, qualified

MAX_DIGITS = 15
"""Digits before the point that a number may have; more is a finding, not an amount."""
MAX_LENGTH = 100
AMOUNT_DECIMALS = 2

_NUMBER = re.compile(r"[+-]?(\d*)\.?(\d*)", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_INDICATORS = {"true": True, "1": True, "false": False, "0": False}


class Group(dict[str, Any]):
    """The terms found at one place, by id: text, Decimal, date, bool, a Group or a list of them.

    None stands for a value that could not be read; a finding says so.
    """

    __slots__ = ("id", "origin", "part")

    def __init__(self, part: Part, origin: Element | str) -> None:
        super().__init__()
        self.id = part.id
        self.part = part
        self.origin = origin


class Remark:
    """Something that the scan met and a rule will judge: a repeated term, a value unreadable."""

    __slots__ = ("group", "said", "term", "what")

    def __init__(self, what: str, group: Group, term: Term, said: str) -> None:
        self.what = what
        self.group = group
        self.term = term
        self.said = said


class Scan:
    """What one pass collects beside the values."""

    __slots__ = ("currencies", "remarks")

    def __init__(self) -> None:
        self.remarks: list[Remark] = []
        self.currencies: dict[str | None, tuple[Group, Term]] = {}
        """Every currencyID with the first place that has it."""

    def remark(self, what: str, group: Group, term: Term, said: str) -> None:
        """Note it, unless there is enough to report already."""
        if len(self.remarks) < MAX_REMARKS:
            self.remarks.append(Remark(what, group, term, said))


MAX_REMARKS = 200

Take = Callable[[Group, Element, Scan], None]
Steps = dict[str, Take]


class Table:
    """The compiled mapping of one document type."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._steps = _compile(part.terms)

    def scan(self, root: Element) -> tuple[Group, Scan]:
        """Read every term of the table below `root`."""
        found, scan = Group(self.part, root), Scan()
        _walk(found, root, self._steps, scan)
        return found, scan


def read_number(term: Term, text: str, group: Group, scan: Scan) -> Decimal | None:
    """A plain decimal number; None and a remark where it is none, or longer than we keep."""
    matched = _NUMBER.fullmatch(text)
    if matched is None:
        scan.remark("number", group, term, text)
        return None
    whole, fraction = matched.group(1, 2)
    if not whole and not fraction:
        scan.remark("number", group, term, text)
        return None
    if len(text) > MAX_LENGTH or len(whole) > MAX_DIGITS:
        scan.remark("size", group, term, text)
        return None
    if fraction and len(fraction) > AMOUNT_DECIMALS:
        _judge_decimals(term, fraction, text, group, scan)
    return Decimal(text)


def read_date(term: Term, text: str, group: Group, scan: Scan) -> date | None:
    """An xsd:date, its time zone left out; None and a remark where it is none."""
    matched = _DATE.fullmatch(text)
    try:
        if matched:
            return date.fromisoformat(matched[1])
    except ValueError:
        pass
    scan.remark("date", group, term, text)
    return None


def read_indicator(term: Term, text: str, group: Group, scan: Scan) -> bool | None:
    """An xsd:boolean; None and a remark where it is none."""
    if text not in _INDICATORS:
        scan.remark("indicator", group, term, text)
    return _INDICATORS.get(text)


def read_value(term: Term, text: str, group: Group, scan: Scan) -> Any:  # noqa: ANN401 — by kind
    """The value of any kind but text."""
    return _VALUES[term.kind](term, text, group, scan)


def _judge_decimals(term: Term, fraction: str, text: str, group: Group, scan: Scan) -> None:
    if term.kind is Kind.AMOUNT:
        scan.remark("decimals", group, term, text)
    elif len(fraction.rstrip("0")) > MAX_FRACTION:
        scan.remark("fraction", group, term, text)


NOTHING = Term("", "")
"""Where a remark is about the group itself."""

MAX_FRACTION = 10
"""Decimals of a price or a quantity that are kept (design D9)."""


def _walk(group: Group, element: Element, steps: Steps, scan: Scan) -> None:
    for child in element:
        take = steps.get(child.tag)
        if take is not None:
            take(group, child, scan)


def _compile(terms: tuple[Term | Part, ...]) -> Steps:
    """Merge the paths of a table into one step per tag."""
    nested: dict[str, list[Term | Part]] = {}
    for term in terms:
        head, _, rest = term.path.partition("/")
        nested.setdefault(head, []).append(_below(term, rest))
    return {qualified(head): _step(below) for head, below in nested.items()}


def _below(term: Term | Part, path: str) -> Term | Part:
    if isinstance(term, Part):
        return Part(term.id, path, term.terms, many=term.many, place=term.place)
    return Term(term.id, path, term.kind, many=term.many)


def _step(below: list[Term | Part]) -> Take:
    """What to do at one tag: a part, a container of deeper paths, or a text with attributes."""
    first = below[0]
    if isinstance(first, Part) and not first.path:
        return _take_part(first)
    if any(term.path and not term.path.startswith("@") for term in below):
        return _take_container(_compile(tuple(below)))
    terms = [term for term in below if isinstance(term, Term)]
    attributes = tuple((term.path[1:], term.id) for term in terms if term.path)
    texts = [term for term in terms if not term.path]
    return _take_leaf(texts[0] if texts else None, attributes)


def _take_container(steps: Steps) -> Take:
    def take(group: Group, element: Element, scan: Scan) -> None:
        for child in element:
            deeper = steps.get(child.tag)
            if deeper is not None:
                deeper(group, child, scan)

    return take


def _take_part(part: Part) -> Take:
    attributes = tuple((t.path[1:], t.id) for t in part.terms if t.path.startswith("@"))
    steps = _compile(tuple(term for term in part.terms if not term.path.startswith("@")))

    def take(group: Group, element: Element, scan: Scan) -> None:
        found = Group(part, element)
        for attribute, id_ in attributes:
            if (value := element.get(attribute)) is not None:
                found[id_] = value.strip()
        _walk(found, element, steps, scan)
        if not found:
            scan.remark("empty", found, NOTHING, "")
        name = found.id = part.place(found) if part.place else part.id
        if part.many:
            group.setdefault(name, []).append(found)
        elif name in group:
            scan.remark("repeated", group, Term(name, ""), "")
        else:
            group[name] = found

    return take


def _take_leaf(term: Term | None, attributes: tuple[tuple[str, str], ...]) -> Take:
    """A text with its attributes; an attribute goes only with the first text of its kind."""
    read = _reader(term) if term else None
    name = term.id if term else ""

    def take(group: Group, element: Element, scan: Scan) -> None:
        if term is not None and read is not None:
            if name in group and not term.many:
                scan.remark("repeated", group, term, "")
                return
            text = element.text
            said = "" if text is None else text.strip()
            if not said:
                scan.remark("empty", group, term, "")
            read(group, said, element, scan)
        for attribute, id_ in attributes:
            value = element.get(attribute)
            if value is not None:
                group[id_] = value.strip()

    return take


Read = Callable[[Group, str, Element, Scan], None]


def _reader(term: Term) -> Read:
    name = term.id

    def text(group: Group, said: str, element: Element, scan: Scan) -> None:
        group[name] = said

    def texts(group: Group, said: str, element: Element, scan: Scan) -> None:
        group.setdefault(name, []).append(said)

    def amount(group: Group, said: str, element: Element, scan: Scan) -> None:
        group[name] = read_number(term, said, group, scan)
        currency = element.get("currencyID")
        if currency not in scan.currencies:
            scan.currencies[currency] = (group, term)

    def value(group: Group, said: str, element: Element, scan: Scan) -> None:
        group[name] = read_value(term, said, group, scan)

    if term.kind is Kind.TEXT:
        return texts if term.many else text
    return amount if term.kind in {Kind.AMOUNT, Kind.PRICE} else value


_VALUES: dict[Kind, Callable[[Term, str, Group, Scan], Any]] = {
    Kind.DATE: read_date,
    Kind.QUANTITY: read_number,
    Kind.AMOUNT: read_number,
    Kind.PRICE: read_number,
    Kind.INDICATOR: read_indicator,
}
