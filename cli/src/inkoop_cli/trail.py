"""The trail of an order or invoice: what every service recorded, merged by cause."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from inkoop_cli.faults import BrokenError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact that a service recorded: when, where, why, by whom."""

    service: str
    id: str
    type: str
    key: str
    recorded_at: datetime
    occurred_at: datetime | None = None
    cause: str = ""
    lane: int = 0
    sequence: int = 0
    version: int = 0
    actor: str = ""
    organisation: str = ""
    correlation: str = ""
    trace_id: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What other facts call it when it caused them: `<service>/<event id>`."""
        return f"{self.service}/{self.id}"


@dataclass(slots=True)
class Node:
    """An entry and what it caused, in the order of time."""

    entry: Entry
    children: "list[Node]" = field(default_factory=list)


def read_entries(body: Mapping[str, Any]) -> list[Entry]:
    """The entries of a service's answer. Raises BrokenError for what is none."""
    try:
        return msgspec.convert(body.get("entries", ()), list[Entry], strict=False)
    except msgspec.ValidationError as error:
        raise BrokenError(f"A trail cannot be read: {error}.") from error


def merge(entries: Iterable[Entry]) -> list[Node]:
    """Each entry once, under the entry that caused it; those whose cause is not here on top."""
    nodes = {entry.name: Node(entry) for entry in sorted(entries, key=_by_time)}
    tops: list[Node] = []
    for node in nodes.values():
        cause = nodes.get(node.entry.cause)
        if cause is None or _leads_to(nodes, node.entry, cause.entry):
            tops.append(node)
        else:
            cause.children.append(node)
    return tops


def flatten(nodes: Sequence[Node], depth: int = 0) -> list[tuple[int, Entry]]:
    """The trail as it is read from top to bottom, with how deep each entry lies."""
    lines: list[tuple[int, Entry]] = []
    for node in nodes:
        lines.append((depth, node.entry))
        lines.extend(flatten(node.children, depth + 1))
    return lines


def _by_time(entry: Entry) -> tuple[datetime, str, int, int]:
    return entry.recorded_at, entry.service, entry.lane, entry.sequence


def _leads_to(nodes: dict[str, Node], start: Entry, entry: Entry) -> bool:
    """True when `entry` is, by its causes, a consequence of `start`: a ring is no tree."""
    seen: set[str] = set()
    while entry.name not in seen:
        if entry.name == start.name:
            return True
        seen.add(entry.name)
        cause = nodes.get(entry.cause)
        if cause is None:
            return False
        entry = cause.entry
    return False
