"""The lanes that a processor holds, in memory: how far they are read, streams, parked keys."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from inkoop_kit.batch import Batch, Current
from inkoop_kit.hearing import Heard, Ignored, Message, Unreadable
from inkoop_kit.reading import Progress, Reading, Result, streams_of
from inkoop_kit.store import Parked, Tracked
from inkoop_kit.streams import Kind

Listened = list[tuple[Message, Heard | Ignored | Unreadable | None]]


class Holding:
    """What is known of the lanes held; everything in it may be dropped and read again at any time.

    It runs ahead of the store by the batches that are being written, so that the next batch can be
    decided meanwhile; when one of them fails, `take_over` starts again from the store.
    """

    def __init__(self, reading: Reading, cache: int) -> None:
        self._reading, self._cache = reading, cache
        self._states: dict[str, Current] = {}
        self.progress: dict[tuple[str, int], Progress] = {}
        self.parked: dict[tuple[int, str, str], int] = {}

    @property
    def topics(self) -> list[str]:
        """The topics to read."""
        return self._reading.hearing.topics

    def take_over(
        self,
        tracked: Mapping[tuple[str, int], Tracked],
        parked: Mapping[tuple[int, str, str], int],
    ) -> None:
        """Hold these partitions and no others, from the store's positions."""
        self.progress = {pair: Progress.at(*pair, tracked[pair]) for pair in tracked}
        self.parked = dict(parked)
        self._states.clear()

    def untold(self) -> dict[tuple[str, int], int]:
        """How far the partitions are read that went on since Kafka was told."""
        read = {
            pair: (place.told, place.tracked.next_offset) for pair, place in self.progress.items()
        }
        return {pair: offset for pair, (told, offset) in read.items() if told != offset}

    def tell(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Kafka was told these."""
        for pair in offsets.keys() & self.progress.keys():
            self.progress[pair].told = offsets[pair]

    def hear(self, messages: Iterable[Message]) -> Listened:
        """Understand what is new. Raises OutOfPlace when a message is not the next one."""
        return self._reading.hear(messages, self.progress)

    def missing(self, heard: Listened) -> dict[str, Kind[Any, Any]]:
        """The streams asked that are not in memory; the others count as used now."""
        return self._missing(streams_of(heard))

    def missing_for(self, waiting: Sequence[Parked]) -> dict[str, Kind[Any, Any]]:
        """The streams that these parked messages ask and that are not in memory."""
        return self._missing(self._reading.streams_of_parked(waiting))

    def learn(self, states: Mapping[str, Current]) -> None:
        """Keep states that were read from the store."""
        self._states.update(states)

    def decide(self, heard: Listened) -> tuple[Batch, list[Result]]:
        """The batch of these messages: decisions, what is set aside, and the moved positions."""
        batch, results = self._reading.decide(heard, self._states, set(self.parked))
        for row in batch.parked:
            place = (row.lane, row.topic, row.key)
            self.parked[place] = self.parked.get(place, 0) + 1
        self._move(batch, {(message.topic, message.partition) for message, _ in heard})
        return batch, results

    def release(self, waiting: Sequence[Parked]) -> tuple[Batch, list[Result]]:
        """The batch of parked messages that are carried out after all, fenced by our positions."""
        batch, results = self._reading.release(waiting, self._states)
        self._move(batch, {(one.row.topic, one.row.lane) for one in waiting} & set(self.progress))
        return batch, results

    def cannot_be_written(self, message: Message, why: str) -> None:
        """Set this message aside when it comes again: PostgreSQL refuses what it leads to."""
        self._reading.unwritable[message.topic, message.partition, message.offset] = why

    def parked_in(self) -> dict[int, int]:
        """How many messages of each lane are set aside."""
        counts: dict[int, int] = {}
        for (lane, _, _), count in self.parked.items():
            counts[lane] = counts.get(lane, 0) + count
        return counts

    def _missing(self, streams: Mapping[str, Kind[Any, Any]]) -> dict[str, Kind[Any, Any]]:
        missing: dict[str, Kind[Any, Any]] = {}
        for stream, kind in streams.items():
            if (current := self._states.pop(stream, None)) is None:
                missing[stream] = kind
            else:
                self._states[stream] = current  # the last used goes last
        return missing

    def _move(self, batch: Batch, pairs: Collection[tuple[str, int]]) -> None:
        batch.positions = [self.progress[pair].take_position() for pair in sorted(pairs)]
        for stream, touched in batch.streams.items():
            self._states.pop(stream, None)
            self._states[stream] = touched.current
        for stream in list(self._states)[: max(0, len(self._states) - self._cache)]:
            del self._states[stream]
