"""What every store can do: the contract that PostgreSQL and the double in memory share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

from inkoop_kit.batch import Batch, CommandRow, Current, ParkedRow
from inkoop_kit.streams import Kind


class Stored(msgspec.Struct, frozen=True, gc=False):
    """A fact as it stands in the store."""

    lane: int
    sequence: int
    stream: str
    version: int
    type: str
    schema: int
    data: str
    cause: str
    meta: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Tracked:
    """The true position of a consumer in one partition, and the sequences it has seen."""

    cluster: str
    next_offset: int
    seen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parked:
    """A message that was set aside and is not yet released."""

    id: int
    row: ParkedRow


@dataclass(frozen=True, slots=True)
class Written:
    """All of the batch is in the store; `bases`: the position before each lane's facts."""

    bases: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class OffsetConflict:
    """Nothing was written: another process has read on, or released, in one of these lanes."""


@dataclass(frozen=True, slots=True)
class VersionConflict:
    """Nothing was written: another process has written these streams."""

    streams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommandKnown:
    """Nothing was written: one of the commands has been carried out before."""


Verdict = Written | OffsetConflict | VersionConflict | CommandKnown


class Store(Protocol):
    """Facts, states, positions and parked messages of one service."""

    def load(self, streams: Mapping[str, Kind[Any, Any]]) -> dict[str, Current]:
        """The streams that there are, by name; a state of another shape is replayed."""
        ...

    def write(self, batch: Batch) -> Verdict:
        """Write all of a batch, or nothing."""
        ...

    def positions(
        self, partitions: Iterable[tuple[str, int]], cluster: str
    ) -> dict[tuple[str, int], Tracked]:
        """Where to read on in each (topic, lane); of an unknown cluster: from the start."""
        ...

    def commands(self, ids: Sequence[str]) -> dict[str, CommandRow]:
        """The commands among these that were carried out."""
        ...

    def read_stream(self, stream: str, first: int = 1, last: int | None = None) -> list[Stored]:
        """The facts of a stream in order."""
        ...

    def read_lane(self, lane: int, after: int, limit: int) -> list[Stored]:
        """The facts of a lane behind a position, in order."""
        ...

    def parked_keys(self, lanes: Sequence[int]) -> dict[tuple[int, str, str], int]:
        """How many messages of each (lane, topic, key) are set aside."""
        ...

    def release_asked(self, lanes: Sequence[int]) -> list[Parked]:
        """The next messages of every (topic, key) that an operator wants released, in order."""
        ...
