"""The relay: facts of the store to Kafka, in order, again when unsure (design D4)."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from aiokafka import AIOKafkaProducer

from inkoop_kit.clients import AWAY, cluster_id
from inkoop_kit.failpoints import Failpoint, never
from inkoop_kit.outbox import Outbox
from inkoop_kit.store import Stored
from inkoop_kit.telling import Outgoing

T = TypeVar("T")
log = logging.getLogger(__name__)
_QUIET = 0.5
"""Seconds without an acknowledgement in which one Kafka could have taken another's place."""


class RelayInstruments(Protocol):
    """Who wants to know what the relay does."""

    def sent(self, outgoing: Sequence[Outgoing], started_ns: int) -> None:
        """These events are on Kafka."""
        ...


@dataclass(frozen=True)
class RelaySettings:
    """How a relay works: facts of each lane in a pass, seconds between looks without a wake.

    `alone`: the same while there is no other replica, when all that is written wakes it.
    """

    bootstrap: str
    client: str
    batch: int = 250
    poll: float = 0.02
    alone: float = 0.5


class Relay:
    """Sends what the lanes it holds have not sent, as a supervised task of its application."""

    def __init__(
        self,
        settings: RelaySettings,
        outbox: Outbox,
        tell: Callable[[Stored], Outgoing | None],
        instruments: RelayInstruments,
        reached: Failpoint = never,
    ) -> None:
        self._settings, self._outbox, self._reached = settings, outbox, reached
        self._tell, self._instruments = tell, instruments
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="relay")
        self._stopping = False
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._looked = self._acknowledged = 0.0
        self._cluster = ""
        self._ahead: asyncio.Future[list[Stored]] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self.progress = time.monotonic()
        self.oldest_age = 0.0

    def wake(self) -> None:
        """Something was written; may be called from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended: so has the relay
            self._loop.call_soon_threadsafe(self._woken.set)

    def stop(self) -> None:
        """Stop after the pass in hand."""
        self._stopping = True
        self._woken.set()

    def backlog(self) -> dict[int, int]:
        """Facts that are not on Kafka yet, for each lane held."""
        return self._outbox.backlog()

    async def run(self) -> None:
        """Send until stopped; waits for Kafka and PostgreSQL whenever they are away."""
        delay = 0.1
        while not self._stopping:
            self.progress = started = time.monotonic()
            try:
                await self._relay()
            except AWAY as error:
                delay = 0.2 if time.monotonic() - started > 10 else min(2 * delay, 2.0)
                log.warning("the relay starts again in %.1f s: %s", delay, error)
                self._woken.clear()
                await self._pause(delay)
        await self._in_thread(self._outbox.close)
        self._thread.shutdown(wait=False)

    async def _relay(self) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.bootstrap,
            client_id=self._settings.client,
            enable_idempotence=True,
            acks="all",
            compression_type="zstd",
            max_batch_size=256 * 1024,
            max_request_size=8 * 1024 * 1024,
            request_timeout_ms=10_000,
        )
        try:
            await producer.start()
            self._cluster = await cluster_id(self._settings.bootstrap)
            await self._in_thread(self._outbox.open, self._cluster)
            while not self._stopping:
                self.progress = time.monotonic()
                if self._ahead is None and self.progress - self._looked > 1:
                    self._looked = self.progress
                    await self._in_thread(self._outbox.share)
                await self._pass(producer)
                if self._ahead is None and not self._outbox.more:
                    self.oldest_age = 0.0
                    alone = self._outbox.alone
                    await self._pause(self._settings.alone if alone else self._settings.poll)
        finally:
            self._looked = 0.0
            ahead, self._ahead = self._ahead, None
            await self._end(producer)
            with contextlib.suppress(*AWAY):
                await asyncio.gather(*filter(None, [ahead]), return_exceptions=True)
                await self._in_thread(self._outbox.close)

    async def _pass(self, producer: AIOKafkaProducer) -> None:
        """One pass: send what was read, wait for every acknowledgement, then move the positions."""
        began_ns = time.time_ns()
        stored = await self._next()
        if not stored:
            return
        await self._check()
        outgoing = [one for fact in stored if (one := self._tell(fact)) is not None]
        await self._patiently(send(producer, outgoing, self._reached))
        self._reached("before-relay-position")
        await self._in_thread(self._outbox.sent, stored)
        self._acknowledged = time.monotonic()
        self.oldest_age = time.time() - stored[0].recorded_at.timestamp()
        self._instruments.sent(outgoing, began_ns)

    async def _next(self) -> list[Stored]:
        """What comes next; of a backlog the pass behind it is read while this one is sent."""
        stored = await (self._ahead or self._read())
        share = self.progress - self._looked > 1  # between two passes only
        more = self._outbox.more and not share
        self._ahead = asyncio.ensure_future(self._read()) if more else None
        return stored

    async def _read(self) -> list[Stored]:
        self._woken.clear()  # before it looks: who writes meanwhile is seen next
        return await self._in_thread(self._outbox.read, self._settings.batch)

    async def _patiently(self, sending: Coroutine[Any, Any, None]) -> None:
        """Wait for it as long as it takes, visibly alive: without Kafka a batch waits for Kafka."""
        task = asyncio.ensure_future(sending)
        try:
            while not (await asyncio.wait({task}, timeout=1))[0]:
                self.progress = time.monotonic()
        finally:
            task.cancel()
        await task

    async def _check(self) -> None:
        """After a pause, look whether this still is the Kafka that was told all before."""
        quiet = time.monotonic() - self._acknowledged > _QUIET
        if quiet and await cluster_id(self._settings.bootstrap) != self._cluster:
            raise ConnectionError("this is another Kafka than before: it is told everything")

    async def _end(self, producer: AIOKafkaProducer) -> None:
        """Stop it, but do not wait long: without Kafka it ends when its batches expire."""
        ending = asyncio.create_task(producer.stop())
        self._ending.add(ending)
        ending.add_done_callback(self._ended)
        await asyncio.wait({ending}, timeout=1)

    def _ended(self, ending: asyncio.Task[None]) -> None:
        self._ending.discard(ending)
        if not ending.cancelled() and (error := ending.exception()) is not None:
            log.warning("a producer did not stop well: %s", error)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            if not self._stopping:
                await asyncio.wait_for(self._woken.wait(), seconds)

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await self._loop.run_in_executor(self._thread, work, *arguments)


async def send(
    producer: AIOKafkaProducer,
    outgoing: Sequence[Outgoing],
    reached: Failpoint = never,
) -> None:
    """Send in order and wait for every acknowledgement; batches by hand cost a third.

    A batch waits for the acknowledgement of the one before it in its partition: were that one
    lost, consumers would have seen what comes behind it, and drop it when it is sent again.
    """
    builders: dict[tuple[str, int], Any] = {}
    for one in outgoing:
        place = (one.topic, one.partition)
        builder = builders.get(place)
        if builder is None:
            builder = builders[place] = producer.create_batch()
        if _append(builder, one) is None:
            await (await _submit(producer, builder, place))
            builder = builders[place] = producer.create_batch()
            _append(builder, one)
    last = [await _submit(producer, builder, place) for place, builder in builders.items()]
    if last and reached is not never:
        await asyncio.wait(last, return_when=asyncio.FIRST_COMPLETED)
        reached("after-relay-send")
    await asyncio.gather(*last)


def _append(builder: Any, one: Outgoing) -> Any:
    return builder.append(
        timestamp=one.timestamp_ms, key=one.key, value=one.value, headers=one.headers
    )


async def _submit(producer: AIOKafkaProducer, builder: Any, place: tuple[str, int]) -> Any:
    builder.close()
    return await producer.send_batch(builder, place[0], partition=place[1])
