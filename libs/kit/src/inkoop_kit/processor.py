"""The stream processor: Kafka in, decided in memory, written once, whatever dies (D3, D7)."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError

from inkoop_kit.batch import Batch
from inkoop_kit.clients import AWAY, cluster_id, let_go
from inkoop_kit.hearing import Message, recall
from inkoop_kit.holding import Holding
from inkoop_kit.polling import Polling
from inkoop_kit.postgres import UNANSWERED, UNWRITABLE
from inkoop_kit.reading import OutOfPlace, Result
from inkoop_kit.store import Parked, Store, Tracked, Written

T = TypeVar("T")
log = logging.getLogger(__name__)


class Instruments(Protocol):
    """Who wants to know what the processor does."""

    def batch_written(
        self, results: Sequence[Result], batch: Batch, seconds: float, started_ns: int
    ) -> None:
        """A batch is in the store."""
        ...

    def batch_dropped(self, why: str) -> None:
        """A batch was not written: `OffsetConflict`, `VersionConflict` or `DataError`."""
        ...

    def rebalanced(self) -> None:
        """Partitions are held anew."""
        ...


@dataclass(frozen=True)
class ProcessorSettings:
    """How a processor reads."""

    bootstrap: str
    group: str
    instance: str
    batch: int = 1000
    """Messages of one poll at the most."""
    parked_limit: int = 1000
    """Messages set aside in one lane after which the lane stops (the brake of design D8)."""
    session_timeout_ms: int = 6_000
    """How long the lanes of one that died wait; the least that brokers take as they come."""


class Dropped(Exception):  # noqa: N818 — a batch that came second, not an error
    """The batch in hand was not written: read on from the store's positions."""


class Processor(ConsumerRebalanceListener):
    """Reads the topics of a service for one replica, as a supervised task of its application.

    `writer` and `reader` are two stores on two connections, since the states of the next batch
    are read while the last is written. `wake` is called after each batch that holds facts.
    """

    def __init__(
        self,
        settings: ProcessorSettings,
        holding: Holding,
        writer: Store,
        reader: Store,
        instruments: Instruments,
        wake: Callable[[], None],
    ) -> None:
        self._settings, self._holding, self._instruments = settings, holding, instruments
        self._writer, self._reader, self._wake = writer, reader, wake
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="processor")
        self._polling = Polling(settings.batch)
        self._stopping = asyncio.Event()
        self._pending: asyncio.Task[None] | None = None
        self._one_by_one = 0
        self._checked = self._committed = 0.0
        self._consumer: AIOKafkaConsumer | None = None
        self._given: list[TopicPartition] | None = None
        """Partitions that are given to us and not taken over yet."""
        self.braked: set[int] = set()
        self.joined = False
        self.progress = time.monotonic()

    async def run(self) -> None:
        """Read until stopped; waits for Kafka and PostgreSQL whenever they are away."""
        delay = 0.1
        while not self._stopping.is_set():
            self.progress = started = time.monotonic()
            try:
                await self._consume()
            except (*AWAY, OutOfPlace, Dropped) as error:
                delay = 0.2 if time.monotonic() - started > 10 else min(2 * delay, 2.0)
                log.warning("the processor starts again in %.1f s: %s", delay, error)
                await self._wait(delay)
        self._threads.shutdown(wait=False)

    def stop(self) -> None:
        """Stop after the batch in hand."""
        self._stopping.set()

    def read_again(self) -> None:
        """Read on from the store's positions: it may hold an earlier moment than it did."""
        self._given = sorted(self._consumer.assignment()) if self._consumer else self._given

    def lag(self) -> dict[tuple[str, int], int]:
        """Messages not yet read, for each (topic, partition) that is held."""
        consumer, lag = self._consumer, dict[tuple[str, int], int]()
        if consumer is None:
            return lag
        with contextlib.suppress(AssertionError):  # aiokafka's, of one that is taken from us
            for pair, place in self._holding.progress.items():
                end = consumer.highwater(TopicPartition(*pair)) or 0
                lag[pair] = max(0, end - place.next_offset)
        return lag

    async def on_partitions_revoked(  # pyright: ignore[reportIncompatibleMethodOverride] — aiokafka awaits it
        self, revoked: Iterable[TopicPartition]
    ) -> None:
        """Let what is being written end: another replica may read on from there."""
        self.joined = False
        if self._pending is not None:
            await asyncio.wait({self._pending})

    async def on_partitions_assigned(  # pyright: ignore[reportIncompatibleMethodOverride] — aiokafka awaits it
        self, assigned: Iterable[TopicPartition]
    ) -> None:
        """Hold these back until the loop has taken them over: it may be deciding just now."""
        self._given = sorted(assigned)
        if self._consumer is not None:
            self._consumer.pause(*self._given)
        self._instruments.rebalanced()

    async def _consume(self) -> None:
        self._given = None
        consumer = self._consumer = self._new_consumer()
        consumer.subscribe(self._holding.topics, listener=self)
        try:
            await consumer.start()
            while not self._stopping.is_set():
                try:
                    await self._turn(consumer)
                except (Dropped, *UNANSWERED) as error:
                    log.info("what is in hand is dropped and read again: %s", error)
                    self._given = sorted(consumer.assignment())
                    if not isinstance(error, Dropped):  # stay in the group, or it would rebalance
                        self.joined = False
                        await self._wait(0.2)
            await self._finish()
            await self._commit(consumer)
        finally:
            self.joined, self._consumer = False, None
            if self._stopping.is_set():
                _leave(consumer)
            await let_go(consumer, 1)
            with contextlib.suppress(Exception):
                await self._finish()
            self._holding.take_over({}, {})

    def _new_consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._settings.bootstrap,
            group_id=self._settings.group,
            group_instance_id=self._settings.instance,
            client_id=self._settings.instance,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            partition_assignment_strategy=[RangePartitionAssignor],
            session_timeout_ms=self._settings.session_timeout_ms,
            heartbeat_interval_ms=1000,  # how soon others hear that one has left
            max_partition_fetch_bytes=2 * 1024 * 1024,
        )

    async def _turn(self, consumer: AIOKafkaConsumer) -> None:
        if self._given is not None:
            await self._take_over(consumer, self._given)
        limit = 1 if self._one_by_one else self._settings.batch
        messages = await self._polling.poll(consumer, self._holding.progress, limit)
        self.progress = now = time.monotonic()
        if self._given is not None:
            return  # all is read again from the store's positions
        if messages:
            await self._take(messages)
        if self._pending is not None and (self._one_by_one or self._pending.done()):
            await self._finish()
        if now - self._checked > 1:
            self._checked = now
            await self._look_after_parked(consumer)
        if now - self._committed > 1:
            self._committed = now
            await self._commit(consumer)

    async def _take(self, messages: Sequence[Message]) -> None:
        """Decide these while the batch before them is written, then write them."""
        started, began_ns = time.monotonic(), time.time_ns()
        heard = self._holding.hear(messages)
        if missing := self._holding.missing(heard):
            self._holding.learn(await self._in_thread(self._reader.load, missing))
        batch, results = self._holding.decide(heard)
        await self._finish()
        write = self._write(batch, results, messages, started, began_ns)
        self._pending = asyncio.create_task(write)

    async def _write(
        self,
        batch: Batch,
        results: Sequence[Result],
        messages: Sequence[Message],
        started: float,
        began_ns: int,
    ) -> None:
        try:
            verdict = await self._in_thread(self._writer.write, batch)
        except UNWRITABLE as error:
            self._cannot_write(messages, error)
            raise Dropped(f"PostgreSQL refuses something in it: {error}") from error
        if not isinstance(verdict, Written):
            self._instruments.batch_dropped(type(verdict).__name__)
            raise Dropped(f"another writer was first: {verdict}")
        self._one_by_one = max(0, self._one_by_one - len(messages))
        if batch.facts:
            self._wake()
        self._instruments.batch_written(results, batch, time.monotonic() - started, began_ns)

    def _cannot_write(self, messages: Sequence[Message], error: Exception) -> None:
        """Go on one by one, so that the one that cannot be written is found and set aside."""
        self._instruments.batch_dropped("DataError")
        if len(messages) == 1:
            self._holding.cannot_be_written(messages[0], str(error))
        else:
            self._one_by_one = max(1, len(messages))

    async def _finish(self) -> None:
        """Wait for the batch that is being written; raises what it raised."""
        if self._pending is not None:
            try:
                await self._pending
            finally:
                self._pending = None

    async def _take_over(
        self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]
    ) -> None:
        """Read on from the store's positions; once more when others are given meanwhile."""
        with contextlib.suppress(*AWAY, Dropped):
            await self._finish()
        pairs = [(tp.topic, tp.partition) for tp in partitions]
        lanes = sorted({tp.partition for tp in partitions})
        cluster = await cluster_id(self._settings.bootstrap)  # it may be another one than before
        tracked = await self._in_thread(self._reader.positions, pairs, cluster)
        parked = await self._in_thread(self._reader.parked_keys, lanes)
        _within(tracked, await consumer.end_offsets(list(partitions)))
        if self._given is not partitions:
            return
        self._holding.take_over(tracked, parked)
        self._polling.forget()
        for tp in partitions:
            consumer.seek(tp, tracked[tp.topic, tp.partition].next_offset)
        consumer.resume(*partitions)
        self._given, self.braked, self.joined = None, set(), True
        self._brake(consumer)

    async def _look_after_parked(self, consumer: AIOKafkaConsumer) -> None:
        """Carry out what operators want released, and set or lift the brake."""
        if lanes := sorted(self._holding.parked_in()):
            await self._finish()  # it may set aside more, behind what is released
            waiting = await self._in_thread(self._reader.release_asked, lanes)
            if waiting:
                await self._release(waiting[:1] if self._one_by_one else waiting)
                self._checked = 0.0  # there may be more
            if waiting or self.braked:
                self._holding.parked = await self._in_thread(self._reader.parked_keys, lanes)
        if self._given is None:
            self._brake(consumer)

    async def _release(self, waiting: Sequence[Parked]) -> None:
        started, began_ns = time.monotonic(), time.time_ns()
        if missing := self._holding.missing_for(waiting):
            self._holding.learn(await self._in_thread(self._reader.load, missing))
        batch, results = self._holding.release(waiting)
        messages = [recall(one.row) for one in waiting]
        write = self._write(batch, results, messages, started, began_ns)
        self._pending = asyncio.create_task(write)
        await self._finish()

    def _brake(self, consumer: AIOKafkaConsumer) -> None:
        counts = self._holding.parked_in()
        full = {lane for lane, n in counts.items() if n >= self._settings.parked_limit}
        for lane in full ^ self.braked:
            held = [TopicPartition(t, p) for t, p in self._holding.progress if p == lane]
            if lane in full:
                log.error("lane %d stops: %d of its messages are parked", lane, counts[lane])
                consumer.pause(*held)
            else:
                log.warning("lane %d goes on", lane)
                consumer.resume(*held)
        self.braked = full

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Tell Kafka how far we are, for those who look there; nothing depends on it."""
        if (moved := self._holding.untold()) and self.joined:
            offsets = {TopicPartition(*pair): offset for pair, offset in moved.items()}
            with contextlib.suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(consumer.commit(offsets), 1)
                self._holding.tell(moved)

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    async def _wait(self, seconds: float) -> None:
        self.progress = time.monotonic()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _leave(consumer: AIOKafkaConsumer) -> None:
    """Let `stop` leave the group: the lanes go to others now, not when this replica is back.

    aiokafka keeps a static member in its group, which is right for a crash only.
    """
    coordinator: Any = consumer._coordinator  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] — there is no public way
    if coordinator is not None:
        coordinator._group_instance_id = None  # noqa: SLF001


def _within(tracked: Mapping[tuple[str, int], Tracked], ends: Mapping[Any, int]) -> None:
    for (topic, lane), place in tracked.items():
        if place.next_offset > (end := ends[TopicPartition(topic, lane)]):
            raise OutOfPlace(
                f"{topic}/{lane} ends at {end}, but was read up to {place.next_offset}:"
                " Kafka lost the end of its log, see docs/operations/kafka-lost.md"
            )
