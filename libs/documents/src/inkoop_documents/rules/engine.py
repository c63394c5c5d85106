"""What a rule is, and how the rules of a set are put to a document."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from inkoop_documents.aliases import term_id
from inkoop_documents.findings import Finding, Message, Severity
from inkoop_documents.locations import location
from inkoop_documents.names import term_name
from inkoop_documents.scanned import Group, Scan

Note = TypeVar("Note")

MAX_FINDINGS = 200
"""Of one severity: enough to mend a document by; the rest would only cost time."""


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
        known = self._notes.get(compute)
        if known is None:
            known = self._notes[compute] = compute(self)
        return known

    @property
    def unreadable(self) -> bool:
        """Whether a number could not be read, so that no sum can be judged."""
        return bool(self.scan.remarks("number") or self.scan.remarks("size"))

    def groups(self, path: str) -> list[Group]:
        """All groups at a path of ids, `BG-25/BG-30`; the root at the empty path."""
        known = self._groups.get(path)
        if known is None:
            above, last = _split(path)
            known = self._groups[path] = _below(self.groups(above), last)
        return known


Check = Callable[[Group], Offence | Iterable[Offence] | None]
CheckAll = Callable[[Facts], Offence | Iterable[Offence] | None]
When = Callable[[Facts], object]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `check` looks at each group at `path`; `check_all` at the whole document.

    `nl` and `en` may use what an offence says, and `{name}` of the term. A rule that counts
    (`counts`) speaks only where every number could be read. `when` says of which documents the
    rule speaks at all; rules with the same `when` are asked, or left alone, together.
    """

    id: str
    nl: str
    en: str
    check: Check | None = None
    path: str = ""
    check_all: CheckAll | None = None
    severity: Severity = Severity.FATAL
    counts: bool = False
    when: "Callable[[Facts], object] | None" = None


class RuleSet:
    """Rules that are published together. `advisory`: its findings are warnings here.

    The rules are sorted once, so that a document costs only what concerns it: by `when`, by
    path, and terms that must be there apart.
    """

    __slots__ = ("_all", "_by_path", "advisory", "name", "rules")

    def __init__(self, name: str, rules: tuple[Rule, ...], *, advisory: bool = False) -> None:
        self.name = name
        self.rules = rules
        self.advisory = advisory
        self._all: dict[When, list[tuple[Rule, CheckAll]]] = {}
        for rule in rules:
            if rule.check_all is not None:
                self._all.setdefault(rule.when or _always, []).append((rule, rule.check_all))
        self._by_path = _sorted_by_path(rules)

    def advising(self) -> "RuleSet":
        """The same set where nothing in the document says that it must follow it."""
        return RuleSet(self.name, self.rules, advisory=True)

    def breaches(self, facts: Facts) -> Iterator[tuple[Rule, Offence]]:
        """Put every rule of the set to the document."""
        for when, checks_all in self._all.items():
            for rule, check_all in checks_all if when(facts) else ():
                if (offences := check_all(facts)) and not (rule.counts and facts.unreadable):
                    yield from _each(rule, offences)
        yield from self._breaches_by_path(facts)

    def _breaches_by_path(self, facts: Facts) -> Iterator[tuple[Rule, Offence]]:
        empties = bool(facts.scan.remarks("empty"))
        groups = facts.groups
        for path, (keys, presence, others) in self._by_path.items():
            for group in groups(path):
                complete = not empties and keys <= group.keys()
                for rule, check in others if complete else (*presence, *others):
                    if (offences := check(group)) and not (rule.counts and facts.unreadable):
                        yield from _each(rule, offences)


def _sorted_by_path(rules: tuple[Rule, ...]) -> dict[str, "_Checks"]:
    """The checks of each path; those for mere presence apart, with the keys that they ask for."""
    by_path: dict[str, _Checks] = {}
    for rule in rules:
        if (check := rule.check) is not None:
            keys, presence, others = by_path.setdefault(rule.path, (set(), [], []))
            if isinstance(check, _Present):
                keys.add(check.key)
                presence.append((rule, check))
            else:
                others.append((rule, check))
    return by_path


_Checks = tuple[set[str], list[tuple[Rule, Check]], list[tuple[Rule, Check]]]


class _Present:
    """The check of a term that must be there and not empty."""

    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(self, group: Group) -> Offence | None:
        return Offence(group, self.key) if group.get(self.key, "") == "" else None


def _always(facts: Facts) -> bool:
    return True


def judge(sets: Iterable[RuleSet], facts: Facts) -> tuple[Finding, ...]:
    """The findings of all sets, the fatal ones first, of each severity not more than enough."""
    fatal: list[Finding] = []
    warnings: list[Finding] = []
    for rule_set in sets:
        for rule, offence in rule_set.breaches(facts):
            severity = Severity.WARNING if rule_set.advisory else rule.severity
            found = fatal if severity is Severity.FATAL else warnings
            if len(found) < MAX_FINDINGS:
                found.append(finding(rule, offence, severity))
            elif found is fatal:
                return tuple(dict.fromkeys((*fatal, *warnings)))
    return tuple(dict.fromkeys((*fatal, *warnings)))


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
    nl, en = "{name} ontbreekt.", "{name} is missing."
    return Rule(id_, nl, en, _Present(key), path, severity=severity)


def coded(id_: str, path: str, key: str, codes: Collection[str]) -> Rule:
    """The term, where there is one, must be a code of the list."""

    def check(group: Group) -> Offence | None:
        value = group.get(key)
        return None if value is None or value in codes else Offence(group, key, value=value)

    nl = "{name}: “{value}” staat niet in de codelijst."
    return Rule(id_, nl, "{name}: “{value}” is not in the code list.", check, path)


def _each(rule: Rule, offences: Offence | Iterable[Offence]) -> Iterator[tuple[Rule, Offence]]:
    for offence in (offences,) if isinstance(offences, Offence) else offences:
        yield rule, offence


@cache
def _split(path: str) -> tuple[str, str]:
    above, _, last = path.rpartition("/")
    return above, last


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
