"""The relay: decisions from the store to Kafka with all headers, raw, and by plain aiokafka."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psycopg
from aiokafka import AIOKafkaProducer

from bench.appending import WHY
from bench.engine import VIEWS
from bench.harness import Bench
from bench.messages import OPERATOR, order_key
from bench.rows import Measured, Rival
from bench.schemas import connect, tables
from inkoop_events import matching as public
from inkoop_events.values import InvoiceNumber, SupplierId
from inkoop_kit.batch import Batch, FactRow, codecs
from inkoop_kit.codec import encode_meta
from inkoop_kit.lanes import lane_of
from inkoop_kit.outbox import Outbox
from inkoop_kit.postgres import PostgresStore
from inkoop_kit.relay import Relay, RelaySettings
from inkoop_kit.store import Stored, Written
from inkoop_kit.telling import Outgoing, Telling
from inkoop_local.database import ServiceDatabase
from inkoop_local.stack import Stack
from inkoop_matching.application.matching import CASE
from inkoop_matching.domain.facts import MatchDecided, Outcome
from inkoop_matching.outbound.publish import to_public


class Raw(Telling):
    """The stored bytes as they are: no decoding, no headers."""

    def of(self, stored: Stored) -> Outgoing | None:
        """A message without a word of ours."""
        return Outgoing(
            public.TOPIC, stored.lane, stored.stream.encode(), stored.data.encode(), [], 0, "", None
        )


@dataclass
class Stopwatch:
    """The relay's instruments: from its first read to its last acknowledgement."""

    wanted: int
    done: asyncio.Event = field(default_factory=asyncio.Event)
    told: int = 0
    first_ns: int = 0
    last_ns: int = 0

    def sent(self, outgoing: Sequence[Outgoing], started_ns: int) -> None:
        """Count."""
        self.first_ns = self.first_ns or started_ns
        self.told += len(outgoing)
        self.last_ns = time.time_ns()
        if self.told >= self.wanted:
            self.done.set()

    @property
    def per_second(self) -> float:
        """Events."""
        return self.told / (self.last_ns - self.first_ns) * 1e9


def measure(bench: Bench) -> Iterable[Measured]:
    """The same facts each round, from a position of zero."""
    with bench.stack("telling", ()) as stack:
        access = tables(stack, "matching", "telling")
        facts = bench.pick(120_000, 12_000)
        _fill(access, facts)
        mapped = Telling("matching", OPERATOR, [CASE], to_public)
        raw = Raw("matching", OPERATOR, [CASE], to_public)
        outgoing = _all_mapped(access, mapped)
        said = bench.interleaved(
            {
                "kit": _relaying(stack, access, mapped, facts),
                "raw": _relaying(stack, access, raw, facts),
                "plain aiokafka": lambda: asyncio.run(_plain(stack, outgoing)),
            }
        )
    rival = Rival("plain aiokafka send, the same messages from memory", said["plain aiokafka"])
    detail = {"raw events/s": median(said["raw"]), "bytes a message": len(outgoing[0].value)}
    yield Measured("relay.events_per_s", said["kit"], rival, detail)


def _relaying(
    stack: Stack, access: ServiceDatabase, telling: Telling, facts: int
) -> Callable[[], float]:
    async def relay() -> float:
        watch = Stopwatch(facts)
        settings = RelaySettings(stack.infrastructure.kafka.bootstrap, "bench-relay")
        outbox = Outbox(connect(access, "relay"), access.schema, 0)
        one = Relay(settings, outbox, telling.of, watch)
        task = asyncio.create_task(one.run())
        async with asyncio.timeout(300):
            await watch.done.wait()
        one.stop()
        await task
        return watch.per_second

    def from_zero() -> float:
        with psycopg.connect(access.owner_url) as connection:
            connection.execute("update matching.relay_position set sequence = 0")
        return asyncio.run(relay())

    return from_zero


async def _plain(stack: Stack, outgoing: list[Outgoing]) -> float:
    """What users of aiokafka write: send one by one, linger 5 ms, wait for all at the end."""
    producer = AIOKafkaProducer(
        bootstrap_servers=stack.infrastructure.kafka.bootstrap, enable_idempotence=True,
        acks="all", compression_type="zstd", linger_ms=5, max_batch_size=256 * 1024,
    )  # fmt: skip
    await producer.start()
    started = time.perf_counter()
    for one in outgoing:
        await producer.send(
            one.topic, one.value, one.key, partition=one.partition, headers=one.headers
        )
    await producer.flush()
    took = time.perf_counter() - started
    await producer.stop()
    return len(outgoing) / took


def _all_mapped(access: ServiceDatabase, telling: Telling) -> list[Outgoing]:
    store = PostgresStore(connect(access, "bench"), [CASE], VIEWS)
    found = [telling.of(fact) for lane in range(24) for fact in store.read_lane(lane, 0, 10**6)]
    return [one for one in found if one is not None]


def _fill(access: ServiceDatabase, facts: int) -> None:
    """Decisions, each on the order of its own number."""
    store = PostgresStore(connect(access, "bench"), [CASE], VIEWS)
    codec = codecs([CASE])[CASE.name]
    for start in range(0, facts, 1000):
        batch = Batch({})
        for number in range(start, start + 1000):
            _add(batch, number, codec.encode(_decision(number)))
        if not isinstance(verdict := store.write(batch), Written):
            raise RuntimeError(f"not written: {verdict}")  # noqa: TRY004 — not a type of ours


def _add(batch: Batch, number: int, data: bytes) -> None:
    key = order_key(number)
    lane = lane_of(key)
    ordinal = batch.counts[lane] = batch.counts.get(lane, 0) + 1
    batch.facts.append(
        FactRow(
            lane, ordinal, f"case/{key}", 1, MatchDecided.TYPE, MatchDecided.VERSION, data,
            WHY.id, encode_meta(WHY), WHY.occurred_at,
        )
    )  # fmt: skip


def _decision(number: int) -> Any:  # noqa: ANN401 — a fact
    return MatchDecided(
        supplier=SupplierId("0106:87654321"), invoice=InvoiceNumber(f"F{number:09d}"), number=1,
        outcome=Outcome.MATCHED, policy="standard@1", trace=WHY.trace,
        rests_on=("ordering/3-17", "ordering/3-18", "invoicing/7-19"),
    )  # fmt: skip
