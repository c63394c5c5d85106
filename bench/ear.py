"""Listens on Kafka to what the services tell, and notes when."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from statistics import quantiles

from aiokafka import AIOKafkaConsumer, TopicPartition

from inkoop_kit.lanes import LANES


class Ear:
    """When each subject was first told of, for the event types that are listened to."""

    def __init__(self, consumer: AIOKafkaConsumer, types: frozenset[bytes]) -> None:
        self._consumer, self._types = consumer, types
        self.heard: dict[str, float] = {}
        """Subject → `time.time()` when its event was here."""

    async def listen(self) -> None:
        """Until it is cancelled."""
        while True:
            got = await self._consumer.getmany(timeout_ms=200)
            now = time.time()
            for record in (one for page in got.values() for one in page):
                headers = dict(record.headers)
                if not self._types or headers.get("ce_type") in self._types:
                    self.heard.setdefault(headers["ce_subject"].decode(), now)

    async def until(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait for what is heard. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 — what changes has no event of its own
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def listening(
    bootstrap: str, topic: str, *types: str, partitions: int = LANES
) -> AsyncGenerator[Ear]:
    """Listen from now on."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, max_partition_fetch_bytes=8 << 20)
    await consumer.start()
    places = [TopicPartition(topic, number) for number in range(partitions)]
    consumer.assign(places)
    await consumer.seek_to_end()
    for place in places:
        await consumer.position(place)
    ear = Ear(consumer, frozenset(one.encode() for one in types))
    task = asyncio.create_task(ear.listen())
    try:
        yield ear
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await consumer.stop()


def percentiles(milliseconds: list[float]) -> tuple[float, float]:
    """The 50th and the 99th. Raises StatisticsError for less than two."""
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    return cuts[49], cuts[98]
