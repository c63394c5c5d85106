"""Which messages come next: of a backlog the oldest, in whichever partition they wait."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from heapq import heapify, heappop, heapreplace
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from inkoop_kit.reading import Progress

_HAND = 50
"""Messages of one partition that are taken in hand while there is a backlog."""
_PATIENCE_MS = 20
"""How long a poll waits for a partition that has more, but has not been fetched yet."""
_APART = 0.02
"""Seconds between two polls that bring something: a batch costs the same for one as for twenty."""
Place = tuple[str, int]


class Polling:
    """Polls so that what was told first is decided first.

    Kafka keeps order within a partition only, and a client hands out one partition after the
    other. An invoice that is read long before its order is decided on three times instead of once.
    So of a backlog all partitions are read side by side, in the order of time. It is a matter of
    cost alone: decisions are right in any order.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._hands: dict[Place, deque[Any]] = {}
        """Messages in hand of each partition."""
        self._next: dict[Place, int] = {}
        """The offset behind what is in hand or was."""
        self._ends: dict[TopicPartition, int] = {}
        self._behind = False
        self._patience = 0
        self._brought = 0.0
        """When the last poll brought something, by the monotonic clock."""

    def forget(self) -> None:
        """Begin anew: what is in hand is read again, from the store's positions."""
        for known in (self._hands, self._next, self._ends):
            known.clear()

    async def poll(
        self, consumer: AIOKafkaConsumer, places: Mapping[Place, Progress], limit: int
    ) -> list[Any]:
        """The next messages, at most so many; waits a moment for them when there are none."""
        behind = self._behind or any(self._hands.values())
        if behind and (taken := await self._oldest(consumer, places, limit)):
            return taken
        if (early := self._brought + _APART - time.monotonic()) > 0:
            await asyncio.sleep(early)
        most = min(limit, self._limit // 4)
        got = await consumer.getmany(timeout_ms=100, max_records=most)
        messages = [message for records in got.values() for message in records]
        behind = len(messages) >= most
        if behind and not self._behind:
            self._ends = await consumer.end_offsets([TopicPartition(*place) for place in places])
        self._behind = behind
        self._brought = time.monotonic() if messages else 0.0
        return messages

    async def _oldest(
        self, consumer: AIOKafkaConsumer, places: Mapping[Place, Progress], limit: int
    ) -> list[Any]:
        open_ = consumer.assignment() - consumer.paused()
        self._patience = _PATIENCE_MS
        heap = [
            (self._hands[place][0].timestamp, place)
            for place in places
            if TopicPartition(*place) in open_ and await self._fill(consumer, places, place)
        ]
        heapify(heap)
        taken: list[Any] = []
        while heap and len(taken) < limit:
            clock, place = heap[0]
            hand = self._hands[place]
            taken.append(hand.popleft())
            if hand or await self._fill(consumer, places, place):
                heapreplace(heap, (max(clock, hand[0].timestamp), place))
            else:
                heappop(heap)
        return taken

    async def _fill(
        self, consumer: AIOKafkaConsumer, places: Mapping[Place, Progress], place: Place
    ) -> bool:
        """Whether something of this partition is in hand, now."""
        hand = self._hands.setdefault(place, deque())
        if hand:
            return True
        partition = TopicPartition(*place)
        if partition not in consumer.assignment():  # while others were waited for
            return False
        end = max(consumer.highwater(partition) or 0, self._ends.get(partition, 0))
        if end <= max(self._next.get(place, 0), places[place].next_offset):
            return False
        got = await consumer.getmany(partition, timeout_ms=self._patience, max_records=_HAND)
        if records := got.get(partition):
            hand.extend(records)
            self._next[place] = records[-1].offset + 1
        else:
            self._patience = 0  # one wait a poll: a fetch brings all partitions
        return bool(records)
