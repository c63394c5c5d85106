"""The store in memory: the double for unit tests, which passes the same contract tests."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from inkoop_kit.batch import Batch, CommandRow, Current, Kept, codecs
from inkoop_kit.lanes import LANES
from inkoop_kit.store import (
    CommandKnown,
    OffsetConflict,
    Parked,
    Stored,
    Tracked,
    Verdict,
    VersionConflict,
    Written,
)
from inkoop_kit.streams import Kind, Original


class MemoryStore:
    """Everything in dictionaries; give it a clock for `recorded_at`."""

    def __init__(
        self,
        kinds: Sequence[Kind[Any, Any]],
        clock: Callable[[], datetime] = lambda: datetime(2026, 1, 1, tzinfo=UTC),
    ) -> None:
        self._codecs = codecs(kinds)
        self._clock = clock
        self.facts: list[Stored] = []
        self.heads = dict.fromkeys(range(LANES), 0)
        self.states: dict[str, tuple[int, int, int, bytes]] = {}
        self.tracking: dict[tuple[str, int], Tracked] = {}
        self.carried_out: dict[str, CommandRow] = {}
        self.parked: dict[int, Parked] = {}
        self.wanted: set[int] = set()
        self.originals: dict[str, Original] = {}
        self.rows: dict[str, dict[tuple[Any, ...], tuple[int, tuple[Any, ...]]]] = {}
        self._parked_ids = 0
        self._taken: set[tuple[str, int]] = set()

    def load(self, streams: Mapping[str, Kind[Any, Any]]) -> dict[str, Current]:
        """The streams that there are, by name; a state of another shape is replayed."""
        return {
            stream: self._current(kind, stream, *self.states[stream])
            for stream, kind in streams.items()
            if stream in self.states
        }

    def write(self, batch: Batch) -> Verdict:
        """Write all of a batch, or nothing."""
        if refused := self._fence(batch):
            return refused
        bases = {lane: self.heads[lane] for lane in batch.lanes}
        self._record(batch, bases)
        self._keep(batch)
        return Written(bases)

    def positions(
        self, partitions: Iterable[tuple[str, int]], cluster: str
    ) -> dict[tuple[str, int], Tracked]:
        """Where to read on in each (topic, lane); of an unknown cluster: from the start."""
        wanted = list(partitions)
        for pair in wanted:
            tracked = self.tracking.get(pair)
            if tracked is None or tracked.cluster != cluster:
                seen = tracked.seen if tracked else (0,) * LANES
                self.tracking[pair] = Tracked(cluster, 0, seen)
        return {pair: self.tracking[pair] for pair in wanted}

    def commands(self, ids: Sequence[str]) -> dict[str, CommandRow]:
        """The commands among these that were carried out."""
        return {i: self.carried_out[i] for i in ids if i in self.carried_out}

    def read_stream(self, stream: str, first: int = 1, last: int | None = None) -> list[Stored]:
        """The facts of a stream in order."""
        return [
            fact
            for fact in self.facts
            if fact.stream == stream
            and first <= fact.version
            and (last is None or fact.version <= last)
        ]

    def read_lane(self, lane: int, after: int, limit: int) -> list[Stored]:
        """The facts of a lane behind a position, in order."""
        behind = (fact for fact in self.facts if fact.lane == lane and fact.sequence > after)
        return sorted(behind, key=lambda fact: fact.sequence)[:limit]

    def parked_keys(self, lanes: Sequence[int]) -> dict[tuple[int, str, str], int]:
        """How many messages of each (lane, topic, key) are set aside."""
        rows = (p.row for p in self.parked.values() if p.row.lane in lanes)
        return dict(Counter((row.lane, row.topic, row.key) for row in rows))

    def release_asked(self, lanes: Sequence[int]) -> list[Parked]:
        """The messages of every (topic, key) that an operator wants released, in order."""
        wanted = {
            (p.row.topic, p.row.key)
            for p in self.parked.values()
            if p.id in self.wanted and p.row.lane in lanes
        }
        return [p for p in self.parked.values() if (p.row.topic, p.row.key) in wanted]

    def ask_release(self, ids: Iterable[int]) -> None:
        """What an operator does: want these messages released."""
        self.wanted.update(ids)

    def _fence(self, batch: Batch) -> Verdict | None:
        for position in batch.positions:
            tracked = self.tracking.get((position.topic, position.lane))
            if tracked is None or (tracked.cluster, tracked.next_offset) != (
                position.cluster,
                position.expected,
            ):
                return OffsetConflict()
        tried = {*batch.released, *(i for i, _, _ in batch.retried)}
        if not tried <= self.parked.keys():
            return OffsetConflict()
        if any(command.id in self.carried_out for command in batch.commands):
            return CommandKnown()
        stale = [s for s, t in batch.streams.items() if self._version(s) != t.expected]
        stale += [f.stream for f in batch.facts if (f.stream, f.version) in self._taken]
        return VersionConflict(tuple(dict.fromkeys(stale))) if stale else None

    def _record(self, batch: Batch, bases: Mapping[int, int]) -> None:
        now = self._clock()
        for f in batch.facts:
            self._taken.add((f.stream, f.version))
            self.facts.append(
                Stored(
                    f.lane, bases[f.lane] + f.ordinal, f.stream, f.version, f.type, f.schema,
                    f.data.decode(), f.cause, f.meta.decode(), f.occurred_at, now,
                )
            )  # fmt: skip
        for lane, count in batch.counts.items():
            self.heads[lane] += count
        for stream, touched in batch.streams.items():
            version, kind = touched.current.version, touched.kind
            if data := touched.to_keep(self._codecs[kind.name]):
                self.states[stream] = (version, kind.shape, version, data)
            elif stream in self.states:
                self.states[stream] = (version, *self.states[stream][1:])

    def _keep(self, batch: Batch) -> None:
        for p in batch.positions:
            self.tracking[p.topic, p.lane] = Tracked(p.cluster, p.next_offset, p.seen)
        self.carried_out.update({command.id: command for command in batch.commands})
        for original in batch.originals.values():
            self.originals.setdefault(original.sha256, original)
        for view, rows in batch.rows.items():
            self.rows.setdefault(view, {}).update(rows)
        self._set_aside(batch)

    def _set_aside(self, batch: Batch) -> None:
        for row in batch.parked:
            self._parked_ids += 1
            self.parked[self._parked_ids] = Parked(self._parked_ids, row)
        for i in batch.released:
            del self.parked[i]
        for i, reason, detail in batch.retried:
            old = self.parked[i]
            row = replace(old.row, reason=reason, detail=detail)
            self.parked[i] = Parked(i, row)
            for j, other in list(self.parked.items()):
                if j >= i and _place(other) == _place(old):
                    self.wanted.discard(j)

    def _version(self, stream: str) -> int:
        return self.states[stream][0] if stream in self.states else 0

    def _current(
        self, kind: Kind[Any, Any], stream: str, version: int, shape: int, as_of: int, data: bytes
    ) -> Current:
        codec, kept, state = self._codecs[kind.name], Kept(), kind.state()
        if shape == kind.shape:
            kept, state = Kept(as_of, len(data)), codec.decode_state(data)
        since = self.read_stream(stream, kept.as_of + 1, version)
        facts = (codec.decode(s.type, s.schema, s.data) for s in since)
        return Current(reduce(kind.evolve, facts, state), version, kept)


def _place(parked: Parked) -> tuple[int, str, str]:
    return parked.row.lane, parked.row.topic, parked.row.key
