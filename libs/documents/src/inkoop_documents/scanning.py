"""One pass over an XML tree that picks the terms of a table: from elements to groups of values.

A table is compiled once: every tag that it knows gets a function that takes the element, so that
an element costs one look-up, and one that no table knows costs no more.
"""

from collections.abc import Callable

from inkoop_documents.elements import Element
from inkoop_documents.scanned import NOTHING, Group, Scan, new_group
from inkoop_documents.terms import Kind, Part, Term, qualified
from inkoop_documents.texts import read_number, reader

Take = Callable[[Group, Element, Scan], None]
Steps = dict[str, Take]


class Table:
    """The compiled mapping of one document type."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._steps = _compile(part.terms)

    def scan(self, root: Element) -> tuple[Group, Scan]:
        """Read every term of the table below `root`."""
        found, scan = new_group(self.part, root), Scan()
        _take_children(self._steps)(found, root, scan)
        return found, scan


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
        return _take_children(_compile(tuple(below)))
    terms = [term for term in below if isinstance(term, Term)]
    text = next((term for term in terms if not term.path), None)
    attributes = _attributes(terms)
    if text is None:
        return _take_attributes(attributes)
    return _take_both(text, attributes) if attributes else _take_text(text)


def _attributes(terms: list[Term]) -> tuple[tuple[str, str], ...]:
    return tuple((term.path[1:], term.id) for term in terms if term.path.startswith("@"))


def _take_children(steps: Steps) -> Take:
    find = steps.get

    def take(group: Group, element: Element, scan: Scan) -> None:
        for child in element:
            step = find(child.tag)
            if step is not None:
                step(group, child, scan)

    return take


def _take_part(part: Part) -> Take:
    own = [term for term in part.terms if isinstance(term, Term)]
    attributes = _attributes(own)
    fill = _take_children(_compile(tuple(t for t in part.terms if not t.path.startswith("@"))))
    place, many, id_ = part.place, part.many, part.id

    def take(group: Group, element: Element, scan: Scan) -> None:
        found = new_group(part, element)
        for attribute, key in attributes:
            if (value := element.get(attribute)) is not None:
                found[key] = value.strip()
        fill(found, element, scan)
        if not found:
            scan.remark("empty", found, NOTHING, "")
        name = id_
        if place is not None:
            name = found.id = place(found)
        if many:
            group.setdefault(name, []).append(found)
        elif name in group:
            scan.remark("repeated", group, Term(name, ""), "")
        else:
            group[name] = found

    return take


def _take_both(term: Term, attributes: tuple[tuple[str, str], ...]) -> Take:
    """A text with its attributes; those of a repeated text are left out with it."""
    text, more, key = _take_text(term), _take_attributes(attributes), term.id

    def take(group: Group, element: Element, scan: Scan) -> None:
        if key not in group:
            more(group, element, scan)
        text(group, element, scan)

    return take


def _take_attributes(attributes: tuple[tuple[str, str], ...]) -> Take:
    def take(group: Group, element: Element, scan: Scan) -> None:
        for attribute, key in attributes:
            value = element.get(attribute)
            if value is not None:
                group[key] = value.strip()

    return take


def _take_text(term: Term) -> Take:
    """The text of an element, as a value of the term's kind."""
    if term.many:
        return _take_texts(term)
    if term.kind is Kind.TEXT:
        return _take_one_text(term)
    return _take_amount(term) if term.kind in {Kind.AMOUNT, Kind.PRICE} else _take_value(term)


def _take_one_text(term: Term) -> Take:
    key = term.id

    def take(group: Group, element: Element, scan: Scan) -> None:
        text = element.text
        if key in group:
            scan.remark("repeated", group, term, "")
        elif not text or not (text := text.strip()):
            group[key] = ""
            scan.remark("empty", group, term, "")
        else:
            group[key] = text

    return take


def _take_texts(term: Term) -> Take:
    def take(group: Group, element: Element, scan: Scan) -> None:
        text = (element.text or "").strip()
        group.setdefault(term.id, []).append(text)
        if not text:
            scan.remark("empty", group, term, "")

    return take


def _take_amount(term: Term) -> Take:
    """A number; the first place of every currency is kept."""
    key = term.id

    def take(group: Group, element: Element, scan: Scan) -> None:
        if key in group:
            scan.remark("repeated", group, term, "")
            return
        text = (element.text or "").strip()
        known = scan.numbers.get(text)
        group[key] = known if known is not None else read_number(term, text, group, scan)
        currency = element.get("currencyID")
        if currency not in scan.currencies:
            scan.currencies[currency] = (group, term)

    return take


def _take_value(term: Term) -> Take:
    key, read = term.id, reader(term.kind)

    def take(group: Group, element: Element, scan: Scan) -> None:
        if key in group:
            scan.remark("repeated", group, term, "")
        else:
            group[key] = read(term, (element.text or "").strip(), group, scan)

    return take
