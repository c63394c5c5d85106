"""A backlog is read in the order of time, each partition in its own order, nothing left out."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from inkoop_kit.lanes import LANES
from inkoop_kit.polling import Polling
from inkoop_kit.reading import Progress
from inkoop_kit.store import Tracked

ORDERS, INVOICES = ("orders", 0), ("invoices", 0)


@dataclass(frozen=True)
class Record:
    """A message, as far as polling looks at it."""

    topic: str
    partition: int
    offset: int
    timestamp: int


@dataclass
class Shelf:
    """Kafka with all of a backlog fetched: what is asked for is there."""

    records: Mapping[tuple[str, int], Sequence[Record]]
    stopped: set[TopicPartition] = field(default_factory=set)
    at: dict[tuple[str, int], int] = field(default_factory=dict)
    known: bool = True
    """Whether the client has seen the ends of the partitions."""

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition(*place) for place in self.records}

    def paused(self) -> set[TopicPartition]:
        return self.stopped

    def highwater(self, partition: TopicPartition) -> int | None:
        return len(self.records[partition]) if self.known else None

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[Any, int]:
        return {partition: len(self.records[partition]) for partition in partitions}

    async def getmany(
        self, *partitions: TopicPartition, max_records: int, **_: int
    ) -> dict[TopicPartition, list[Record]]:
        got: dict[TopicPartition, list[Record]] = {}
        for place in partitions or self.assignment() - self.stopped:
            at = self.at.get(place, 0)
            got[place] = list(self.records[place][at : at + max_records])
            self.at[place] = at + len(got[place])
            max_records -= len(got[place])
        return {place: records for place, records in got.items() if records}


def shelf(*partitions: tuple[tuple[str, int], Sequence[int]]) -> Shelf:
    """Partitions with messages that were recorded at these times."""
    return Shelf(
        {
            place: [Record(*place, offset, time) for offset, time in enumerate(times)]
            for place, times in partitions
        }
    )


class Reader:
    """Polls, and hears what it gets as a processor does."""

    def __init__(self, kafka: Shelf, limit: int) -> None:
        self.kafka, self.limit, self.polling = kafka, limit, Polling(limit)
        nothing = Tracked("cluster", 0, (0,) * LANES)
        self.places = {place: Progress.at(*place, nothing) for place in kafka.records}

    async def poll(self, limit: int | None = None) -> list[Record]:
        """What one poll gives; fails when a message of a partition is not the next one."""
        got = await self.polling.poll(self.kafka, self.places, limit or self.limit)  # pyright: ignore[reportArgumentType]
        for record in got:
            self.places[record.topic, record.partition].passes(record)
        return got

    async def all(self) -> list[Record]:
        """Poll until nothing comes."""
        found: list[Record] = []
        while got := await self.poll():
            assert len(got) <= self.limit
            found += got
        return found


def times(records: Sequence[Record]) -> list[int]:
    """When these were recorded."""
    return [record.timestamp for record in records]


@pytest.mark.asyncio
@pytest.mark.parametrize("known", [True, False])
async def test_of_a_backlog_what_was_recorded_first_comes_first(known: bool) -> None:
    late, early = (INVOICES, range(1000, 1400)), (ORDERS, range(400))
    reader = Reader(shelf(late, early), 40)
    reader.kafka.known = known
    first, *_ = await reader.poll(), await reader.poll()
    then = await reader.all()
    assert len(first) == 10  # a fourth of a batch: that there is a backlog is not known yet
    assert times(then) == sorted(times(then))
    assert sum(place.next_offset for place in reader.places.values()) == 800


@pytest.mark.asyncio
async def test_a_few_messages_are_handed_out_as_they_come() -> None:
    reader = Reader(shelf((INVOICES, [5, 6]), (ORDERS, [1])), 40)
    assert len(await reader.poll()) == 3
    assert await reader.poll() == []


@pytest.mark.asyncio
async def test_what_comes_right_behind_a_message_is_handed_out_together() -> None:
    recorded = [Record(*INVOICES, 0, 5)]
    reader = Reader(Shelf({INVOICES: recorded}), 40)
    assert times(await reader.poll()) == [5]
    for offset in (1, 2):
        late = Record(*INVOICES, offset, 5 + offset)
        asyncio.get_running_loop().call_later(0.001 * offset, recorded.append, late)
    assert times(await reader.poll()) == [6, 7]


@pytest.mark.asyncio
async def test_a_partition_that_is_stopped_keeps_what_is_in_hand() -> None:
    reader = Reader(shelf((INVOICES, range(0, 400, 2)), (ORDERS, range(1, 400, 2))), 40)
    await reader.poll()
    await reader.poll()
    reader.kafka.stopped = {TopicPartition(*INVOICES)}
    without = await reader.all()
    reader.kafka.stopped = set()
    after = await reader.all()
    assert {record.topic for record in without} == {"orders"}
    assert {record.topic for record in after} == {"invoices"}
    assert [place.next_offset for place in reader.places.values()] == [200, 200]


@pytest.mark.asyncio
async def test_what_is_in_hand_is_forgotten_when_it_is_read_again() -> None:
    reader = Reader(shelf((INVOICES, range(0, 400, 2)), (ORDERS, range(1, 400, 2))), 40)
    await reader.poll()
    await reader.poll()
    reader.polling.forget()
    reader.kafka.at = {place: held.next_offset for place, held in reader.places.items()}
    await reader.all()
    assert [place.next_offset for place in reader.places.values()] == [200, 200]


@pytest.mark.asyncio
async def test_a_backlog_is_read_one_by_one_when_one_is_asked_for() -> None:
    reader = Reader(shelf((INVOICES, range(100, 200)), (ORDERS, range(100))), 40)
    await reader.poll()
    assert [len(await reader.poll(1)) for _ in range(3)] == [1, 1, 1]


@given(
    backlog=st.lists(st.lists(st.integers(0, 50), max_size=130), min_size=1, max_size=4),
    limit=st.integers(4, 60),
)
@pytest.mark.asyncio
async def test_every_message_comes_once_and_in_the_order_of_its_partition(
    backlog: list[list[int]], limit: int
) -> None:
    reader = Reader(shelf(*((("t", n), times) for n, times in enumerate(backlog))), limit)
    got = await reader.all()
    assert len(got) == sum(map(len, backlog))


@dataclass
class TakenAway(Shelf):
    """Kafka gives all partitions but the one asked for to another, once a backlog is read."""

    given_away: set[TopicPartition] = field(default_factory=set)

    def assignment(self) -> set[TopicPartition]:
        return super().assignment() - self.given_away

    def highwater(self, partition: TopicPartition) -> int | None:
        assert partition in self.assignment(), "Partition is not assigned"  # as aiokafka does
        return super().highwater(partition)

    async def getmany(
        self, *partitions: TopicPartition, max_records: int, **_: int
    ) -> dict[TopicPartition, list[Record]]:
        got = await super().getmany(*partitions, max_records=max_records)
        if partitions:
            self.given_away = super().assignment() - set(partitions)
        return got


@pytest.mark.asyncio
async def test_a_partition_that_is_taken_away_while_another_is_read_is_left_alone() -> None:
    partitions = shelf((INVOICES, range(400)), (ORDERS, range(400)))
    kafka = TakenAway(partitions.records)
    reader = Reader(kafka, 40)
    await reader.poll()
    read = await reader.poll()
    assert kafka.given_away
    assert {TopicPartition(one.topic, one.partition) for one in read} == kafka.assignment()
