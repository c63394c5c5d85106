"""A batch: all that one poll or one moment of HTTP asks, decided in memory, written at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from inkoop_kit.codec import Codec, encode_meta
from inkoop_kit.lanes import lane_of
from inkoop_kit.streams import Ask, Cause, Kind, Original, Refused, Told, stream_of
from inkoop_kit.views import View

_Shown = tuple[str, tuple[Any, ...], tuple[Any, ...]]
"""A row of a view: the view's name, the row's key, the row."""
MAX_FACT = 7 * 1024 * 1024
"""Bytes of a fact as JSON: what tells of it must pass as one message of 8 MiB (design D6)."""
SMALL = 1024
"""Bytes up to which a state is kept with every batch."""
WEIGHT = 512
"""Bytes of a state beyond that for which one fact is rather replayed."""


class Kept(msgspec.Struct, gc=False):
    """The state of a stream that the store keeps: of which version, and its size in bytes."""

    as_of: int = 0
    size: int = 0


class Current(msgspec.Struct, frozen=True, gc=False):
    """A stream as it is now: its state and the number of its facts."""

    state: Any
    version: int
    kept: Kept = msgspec.field(default_factory=Kept)


class FactRow(msgspec.Struct, frozen=True, gc=False):
    """A fact on its way into the store; `ordinal` counts from 1 within its lane and batch."""

    lane: int
    ordinal: int
    stream: str
    version: int
    type: str
    schema: int
    data: bytes
    cause: str
    meta: bytes
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """How far a batch has read one partition: `expected` is the fence (design D3)."""

    topic: str
    lane: int
    cluster: str
    expected: int
    next_offset: int
    seen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command that was carried out; its facts are `first` to `last` (none when last is less)."""

    id: str
    fingerprint: str
    stream: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A message that is set aside with its bytes, its reason and its position."""

    lane: int
    topic: str
    offset: int
    key: str
    reason: str
    detail: str
    headers: bytes
    value: bytes


class Touched(msgspec.Struct, gc=False):
    """A stream that the batch writes: where it was and where it is."""

    kind: Kind[Any, Any]
    lane: int
    expected: int
    current: Current

    def to_keep(self, codec: Codec[Any, Any]) -> bytes:
        """The state, where the store shall keep it anew; else nothing.

        A large one is kept anew only when the facts since may weigh as much: a stream with
        thousands of open matters would otherwise write all of them with every fact.
        """
        now, kept = self.current, self.current.kept
        heavy = kept.size - SMALL > (now.version - kept.as_of) * WEIGHT
        if now.version == self.expected or (self.expected and heavy):
            return b""
        data = codec.encode_state(now.state)
        kept.as_of, kept.size = now.version, len(data)
        return data


@dataclass
class Batch:
    """Decisions in memory, until the store takes all of them or none."""

    kinds: Mapping[str, Codec[Any, Any]]
    views: Sequence[View[Any, Any]] = ()
    facts: list[FactRow] = field(default_factory=list)
    streams: dict[str, Touched] = field(default_factory=dict)
    positions: list[Position] = field(default_factory=list)
    commands: list[CommandRow] = field(default_factory=list)
    parked: list[ParkedRow] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    """Parked rows that this batch carries out after all."""
    retried: list[tuple[int, str, str]] = field(default_factory=list)
    """Parked rows that failed again, one of a key: id, reason, detail."""
    originals: dict[str, Original] = field(default_factory=dict)
    rows: dict[str, dict[tuple[Any, ...], tuple[int, tuple[Any, ...]]]] = field(
        default_factory=dict
    )
    """View → key → (lane, row); the last row of a key counts."""
    counts: dict[int, int] = field(default_factory=dict)
    """Lane → facts; a lane without facts stands here too, since it is locked."""

    def decide(self, ask: Ask[Any, Any], cause: Cause, known: Mapping[str, Current]) -> list[Any]:
        """Ask a decision and take its facts in. Whatever it raises leaves the batch as it was."""
        stream = stream_of(ask.kind.name, ask.key)
        touched = self.streams.get(stream)
        lane = lane_of(ask.key) if touched is None else touched.lane
        before = touched.current if touched else known.get(stream) or _nothing(ask.kind)
        facts = list(ask.decide(before.state))
        now, rows, shown = self._told(ask, stream, lane, before, facts, cause)
        if touched is None:
            self.streams[stream] = Touched(ask.kind, lane, before.version, now)
        else:
            touched.current = now
        self.counts[lane] = self.counts.get(lane, 0) + len(rows)
        self.facts += rows
        for view, key, row in shown:
            self.rows.setdefault(view, {})[key] = (lane, row)
        if ask.originals:
            self.originals.update((original.sha256, original) for original in ask.originals)
        return facts

    def _told(
        self,
        ask: Ask[Any, Any],
        stream: str,
        lane: int,
        now: Current,
        facts: Sequence[Any],
        cause: Cause,
    ) -> tuple[Current, list[FactRow], list[_Shown]]:
        """What these facts lead to: the stream after them, their rows, and the rows of views."""
        kind, meta = ask.kind, encode_meta(cause)
        state, version = now.state, now.version
        rows: list[FactRow] = []
        shown: list[_Shown] = []
        for ordinal, fact in enumerate(facts, self.counts.get(lane, 0) + 1):
            state, version = kind.evolve(state, fact), version + 1
            rows.append(
                FactRow(
                    lane, ordinal, stream, version, fact.TYPE, fact.VERSION,
                    self._encode(kind, fact), cause.id, meta, cause.occurred_at,
                )
            )  # fmt: skip
            told = Told(ask.key, lane, version, fact, state, cause)
            for view in self.views:
                if view.kind.name == kind.name and (not view.only or type(fact) in view.only):
                    shown += [(view.name, key_of(view, row), row) for row in view.rows(told)]
        return Current(state, version, now.kept), rows, shown

    def _encode(self, kind: Kind[Any, Any], fact: Any) -> bytes:
        data = self.kinds[kind.name].encode(fact)
        if len(data) > MAX_FACT:
            raise Refused("TOO_LARGE", f"{fact.TYPE} is {len(data)} bytes, at most {MAX_FACT} pass")
        return data

    @property
    def lanes(self) -> list[int]:
        """The lanes that the statement locks, in the order in which it does."""
        return sorted({*self.counts, *(position.lane for position in self.positions)})


def key_of(view: View[Any, Any], row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The primary key of a row of a view. Raises ValueError for a row of another length."""
    if len(row) != len(view.columns):
        raise ValueError(f"{view.name} has {len(view.columns)} columns, this row {len(row)}")
    return tuple([row[at] for at in view.key])


def codecs(kinds: Iterable[Kind[Any, Any]]) -> dict[str, Codec[Any, Any]]:
    """A codec for each kind, by the kind's name."""
    return {kind.name: Codec(kind) for kind in kinds}


def _nothing(kind: Kind[Any, Any]) -> Current:
    return Current(kind.state(), 0)
