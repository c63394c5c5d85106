"""The engine at work in a test: processors and relays on the real parts, and what to wait for."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kit_tally import OPERATOR, TALLIES, TALLY, Added, TallyGrown, hearing

from inkoop_kit.batch import Batch, codecs
from inkoop_kit.hearing import Hearing, Message
from inkoop_kit.holding import Holding
from inkoop_kit.lanes import LANES
from inkoop_kit.outbox import Outbox
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.processor import Processor, ProcessorSettings
from inkoop_kit.reading import Reading, Result
from inkoop_kit.relay import Relay, RelaySettings
from inkoop_kit.telling import Outgoing, Telling

PATIENCE = 30.0
NAMES = [f"name-{n}" for n in range(100)]


@dataclass
class Counts:
    """Instruments that only count."""

    words: dict[str, int] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    told: int = 0
    rebalances: int = 0

    def batch_written(
        self, results: Sequence[Result], batch: Batch, seconds: float, started_ns: int
    ) -> None:
        """Count the words."""
        for result in results:
            self.words[result.word] = self.words.get(result.word, 0) + 1

    def batch_dropped(self, why: str) -> None:
        """Note it."""
        self.dropped.append(why)

    def rebalanced(self) -> None:
        """Count."""
        self.rebalances += 1

    def sent(self, outgoing: Sequence[Outgoing], started_ns: int) -> None:
        """Count."""
        self.told += len(outgoing)


def make_processor(
    bootstrap: str,
    topic: str,
    stores: Callable[[], PostgresStore],
    *,
    group: str = "tally",
    instance: str = "tally-0",
    heard: Hearing | None = None,
    parked_limit: int = 1000,
    session_timeout_ms: int = 6000,
) -> tuple[Processor, Counts]:
    """A processor of the tally, and what it counts."""
    counts = Counts()
    reading = Reading(heard or hearing(topic), codecs([TALLY]), [TALLIES])
    settings = ProcessorSettings(
        bootstrap,
        f"{topic}-{group}",
        instance,
        parked_limit=parked_limit,
        session_timeout_ms=session_timeout_ms,
    )
    made = Processor(settings, Holding(reading, 4096), stores(), stores(), counts, lambda: None)
    return made, counts


def make_relay(
    bootstrap: str,
    databases: Callable[[], Database],
    topic: str,
    member: int = 0,
    outbox: type[Outbox] = Outbox,
    alone: float = 0.02,
) -> tuple[Relay, Counts]:
    """A relay of the tally, which tells on this topic."""
    counts = Counts()
    told = type("Told", (TallyGrown,), {"TOPIC": topic, "__slots__": ()})

    def public(key: str, fact: Added) -> TallyGrown:
        return told(OPERATOR, key, fact.number)

    telling = Telling("tally", OPERATOR, [TALLY], public)
    settings = RelaySettings(bootstrap, f"relay-{member}", alone=alone)
    return Relay(settings, outbox(databases(), "tally", member), telling.of, counts), counts


@asynccontextmanager
async def running(*loops: Processor | Relay) -> AsyncGenerator[None]:
    """These run, and are stopped at the end; a fault of one is the test's."""
    tasks = [asyncio.create_task(loop.run()) for loop in loops]
    try:
        yield
    finally:
        for loop in loops:
            loop.stop()
        await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until this holds; fails after half a minute."""
    never = asyncio.Event()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while not await asyncio.to_thread(condition):
        assert loop.time() < deadline, f"waited in vain until {what}"
        try:
            await asyncio.wait_for(never.wait(), 0.02)
        except TimeoutError:
            continue


async def produce(bootstrap: str, messages: Iterable[Message]) -> None:
    """Send these in order, each to its partition."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, linger_ms=5)
    await producer.start()
    try:
        sent = [
            await producer.send(
                m.topic, m.value, m.key, partition=m.partition, headers=list(m.headers)
            )
            for m in messages
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def everything_on(bootstrap: str, topic: str) -> list[Message]:
    """All that is on a topic now, by partition and offset."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = [TopicPartition(topic, lane) for lane in range(LANES)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[Message] = []
        while any([await consumer.position(tp) < ends[tp] for tp in places]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += records
        return sorted(found, key=lambda m: (m.partition, m.offset))
    finally:
        await consumer.stop()


def totals(store: PostgresStore) -> dict[str, int]:
    """The view as it is."""
    rows = store.database.connection.execute("select name, total from tallies")
    return dict(rows.fetchall())
