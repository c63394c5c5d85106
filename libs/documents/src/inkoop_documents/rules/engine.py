"""What a rule is, and how the rules of a set are put to a document."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from inkoop_documents.findings import Finding, Message, Severity
from inkoop_documents.locations import location
from inkoop_documents.names import term_id, term_name
from inkoop_documents.scanning import Group, Scan

Note = TypeVar("Note")

MAX_FINDINGS = 200
"""Enough to mend a document by; the rest would only cost time."""


class Offence:
    """Where a rule is broken, and what to say about it."""

    __slots__ = ("group", "said", "term")

    def __init__(self, group: Group, term: str, **said: object) -> None:
        self.group = group
        self.term = term
        self.said = said


class Facts:
    """A scanned document as rules see it: the root group, and the groups below by path."""

    __slots__ = ("_groups", "_notes", "root", "scan")

    def __init__(self, root: Group, scan: Scan) -> None:
        self.root = root
        self.scan = scan
        self._groups: dict[str, list[Group]] = {"": [root]}
        self._notes: dict[object, Any] = {}

    def once(self, compute: "Callable[[Facts], Note]") -> "Note":
        """What several rules need of the document, computed by the first that asks."""
        if compute not in self._notes:
            self._notes[compute] = compute(self)
        return self._notes[compute]

    def groups(self, path: str) -> list[Group]:
        """All groups at a path of ids, `BG-25/BG-30`; the root at the empty path."""
        known = self._groups.get(path)
        if known is None:
            above, _, last = path.rpartition("/")
            known = self._groups[path] = _below(self.groups(above), last)
        return known


Check = Callable[[Group], Offence | Iterable[Offence] | None]
CheckAll = Callable[[Facts], Offence | Iterable[Offence] | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `check` looks at each group at `path`; `check_all` at the whole document.

    `nl` and `en` may use what an offence says, and `{name}` of the term. A rule that counts
    (`counts`) runs only where every number could be read.
    """

    id: str
    nl: str
    en: str
    check: Check | None = None
    path: str = ""
    check_all: CheckAll | None = None
    severity: Severity = Severity.FATAL
    counts: bool = False


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules that are published together. `advisory`: its findings are warnings here."""

    name: str
    rules: tuple[Rule, ...]
    advisory: bool = False

    def advising(self) -> "RuleSet":
        """The same set where nothing in the document says that it must follow it."""
        return replace(self, advisory=True)


def apply(rule_set: RuleSet, facts: Facts) -> Iterator[Finding]:
    """Put every rule of the set to the document."""
    unreadable = any(remark.what in {"number", "size"} for remark in facts.scan.remarks)
    for rule in rule_set.rules:
        if unreadable and rule.counts:
            continue
        if rule.check_all is not None:
            yield from _findings(rule, rule.check_all(facts), rule_set)
        elif (check := rule.check) is not None:
            for group in facts.groups(rule.path):
                if (offence := check(group)) is not None:
                    yield from _findings(rule, offence, rule_set)


def finding(rule: Rule, offence: Offence, severity: Severity) -> Finding:
    """An offence in words."""
    group, key = offence.group, offence.term
    term = term_id(group.id, key)
    nl, en = term_name(term)
    said = {name: _short(value) for name, value in offence.said.items()}
    return Finding(
        rule=rule.id,
        severity=severity,
        location=location(group, key),
        term=term,
        message=Message(
            nl=rule.nl.format_map({"name": f"{nl} ({term})", **said}),
            en=rule.en.format_map({"name": f"{en} ({term})", **said}),
        ),
    )


def required(id_: str, path: str, key: str, severity: Severity = Severity.FATAL) -> Rule:
    """The term must be there and not empty."""

    def check(group: Group) -> Offence | None:
        return Offence(group, key) if group.get(key, "") == "" else None

    return Rule(id_, "{name} ontbreekt.", "{name} is missing.", check, path, severity=severity)


def coded(id_: str, path: str, key: str, codes: Collection[str]) -> Rule:
    """The term, where there is one, must be a code of the list."""

    def check(group: Group) -> Offence | None:
        value = group.get(key)
        return None if value is None or value in codes else Offence(group, key, value=value)

    nl = "{name}: “{value}” staat niet in de codelijst."
    return Rule(id_, nl, "{name}: “{value}” is not in the code list.", check, path)


def _findings(
    rule: Rule, offences: Offence | Iterable[Offence] | None, rule_set: RuleSet
) -> Iterator[Finding]:
    if offences is None:
        return
    severity = Severity.WARNING if rule_set.advisory else rule.severity
    for offence in (offences,) if isinstance(offences, Offence) else offences:
        yield finding(rule, offence, severity)


def _below(groups: list[Group], id_: str) -> list[Group]:
    found: list[Group] = []
    for group in groups:
        inner = group.get(id_)
        if isinstance(inner, Group):
            found.append(inner)
        elif inner:
            found.extend(inner)
    return found


def _short(value: object) -> str:
    text = str(value)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:200])
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"


MAX_QUOTED = 80
