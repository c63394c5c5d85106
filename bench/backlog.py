"""Matching through Kafka: a backlog of 90,000 messages, its CPU, beside the library's way."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from statistics import median

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.harness import Bench
from bench.held_back import HeldBack, Run
from bench.library import LibraryMatching
from bench.messages import Publishers
from bench.rows import Measured, Rival
from inkoop_events.matching import TOPIC
from inkoop_kit.lanes import LANES
from inkoop_kit.relay import send
from inkoop_kit.telling import Outgoing
from inkoop_local.stack import Stack

_PLAIN = "bench.plain"
_APART = 30
"""Orders between an order and its receipt, and between that and its invoice."""


@dataclass
class Backlog:
    """Rounds of so many orders, each with its receipt and one invoice."""

    stack: Stack
    orders: int
    publishers: Publishers = field(default_factory=Publishers)
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    runs: list[Run] = field(default_factory=list[Run])
    sorted_runs: list[Run] = field(default_factory=list[Run])

    def messages(self) -> list[Outgoing]:
        """A third each, of numbers that nobody has used.

        As in the prototype: a receipt comes after its order and some others, then its invoice.
        """
        numbers = list(islice(self.numbers, self.orders))
        told: list[Outgoing] = []
        for at in range(len(numbers) + 2 * _APART):
            for make, late in zip(self._makers, (0, _APART, 2 * _APART), strict=True):
                if 0 <= at - late < len(numbers):
                    told.append(make(numbers[at - late]))
        return told

    def one_sort_after_the_other(self) -> list[Outgoing]:
        """All orders, then all receipts, then all invoices."""
        numbers = list(islice(self.numbers, self.orders))
        return [make(number) for make in self._makers for number in numbers]

    def ours(self, held: HeldBack) -> float:
        """Messages a second; what else was seen goes to `runs`."""
        self.runs.append(held.carry_out(self.messages()))
        return self.runs[-1].messages_per_s

    def ours_sorted(self, held: HeldBack) -> float:
        """The same when no batch holds two messages of one order; goes to `sorted_runs`."""
        self.sorted_runs.append(held.carry_out(self.one_sort_after_the_other()))
        return self.sorted_runs[-1].messages_per_s

    @property
    def _makers(self) -> Sequence[Callable[[int], Outgoing]]:
        make = self.publishers
        return make.order, make.receipt, lambda number: make.invoice(number, number)


def measure(bench: Bench) -> Iterable[Measured]:
    """One process, then two."""
    with bench.stack("backlog", ("matching",)) as stack:
        asyncio.run(_create_topics(stack.infrastructure.kafka.bootstrap))
        backlog = Backlog(stack, bench.pick(30_000, 1_000))
        held, library = HeldBack(stack), LibraryMatching(stack, bench.pick(5, 1))
        held.carry_out(backlog.messages()[: bench.pick(6_000, 600)])  # caches, plans, the JVM
        plain: list[float] = []

        def alone() -> float:
            per_s, cpu_us = asyncio.run(_plain(stack, backlog.messages()))
            plain.append(cpu_us)
            return per_s

        said = bench.interleaved(
            {
                "kit messages/s": lambda: backlog.ours(held),
                "kit, all orders first": lambda: backlog.ours_sorted(held),
                "plain aiokafka messages/s": alone,
                "library messages/s": library.run,
            }
        )
        yield from _rows(backlog, said, plain)
        held.close()
        yield _two_processes(bench, stack, backlog)


def _rows(backlog: Backlog, said: dict[str, list[float]], plain: list[float]) -> Iterable[Measured]:
    runs, ours = backlog.runs, said["kit messages/s"]
    parts = [run.cpu.per(run.messages, 1e6) for run in runs]
    detail = {name: median(part[name] for part in parts) for name in parts[0]}
    detail["facts a message"] = median(run.facts / run.messages for run in runs)
    detail["all orders first, then all receipts, then all invoices"] = median(
        run.cpu.total / run.messages * 1e6 for run in backlog.sorted_runs
    )
    yield Measured(
        "match.kafka.cpu_us",
        [run.cpu.total / run.messages * 1e6 for run in runs],
        Rival("plain aiokafka, in and out, nothing decided or stored (client only)", plain),
        detail,
    )
    rival = Rival("plain aiokafka", said["plain aiokafka messages/s"])
    yield Measured("match.kafka.messages_per_s", ours, rival)
    yield Measured("match.kafka.invoices_per_s", [rate / 3 for rate in ours])
    library = said["library messages/s"]
    ratios = [a / b for a, b in zip(ours, library, strict=True)]
    detail = {"library messages/s": median(library), "kit messages/s": median(ours)}
    yield Measured("match.vs_library", ratios, None, detail)


def _two_processes(bench: Bench, stack: Stack, backlog: Backlog) -> Measured:
    """Two replicas share the lanes; the two cores carry PostgreSQL, Kafka and the load too."""

    def with_replicas(replicas: int) -> float:
        second = stack.service("matching", 1)
        if replicas == 2:
            stack.start_service("matching", 1)
        else:
            second.stop()
        held = HeldBack(stack, replicas)
        held.carry_out(backlog.messages()[: bench.pick(6_000, 600)])  # until each holds its share
        rate = held.carry_out(backlog.messages()).messages_per_s
        held.close()
        return rate

    said = bench.interleaved(
        {
            "one process messages/s": lambda: with_replicas(1),
            "two processes messages/s": lambda: with_replicas(2),
        }
    )
    one, two = said.values()
    ratios = [b / a for a, b in zip(one, two, strict=True)]
    detail = {name: median(rates) for name, rates in said.items()}
    return Measured("match.kafka.two_processes", ratios, None, detail)


async def _plain(stack: Stack, messages: list[Outgoing]) -> tuple[float, float]:
    """Read as many messages as given and send one on for each third: (messages/s, µs of CPU)."""
    bootstrap = stack.infrastructure.kafka.bootstrap
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", compression_type="zstd",
        max_batch_size=256 * 1024,
    )  # fmt: skip
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await producer.start()
    await consumer.start()
    try:
        places = [TopicPartition(_PLAIN, lane) for lane in range(LANES)]
        consumer.assign(places)
        await consumer.seek_to_end()
        for place in places:
            await consumer.position(place)
        await send(producer, [_renamed(one, _PLAIN) for one in messages])
        return await _in_and_out(consumer, producer, messages)
    finally:
        await consumer.stop()
        await producer.stop()


async def _in_and_out(
    consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, messages: list[Outgoing]
) -> tuple[float, float]:
    started, cpu, seen = time.perf_counter(), time.process_time(), 0
    while seen < len(messages):
        got = await consumer.getmany(timeout_ms=100, max_records=1000)
        records = sum(len(page) for page in got.values())
        out = messages[seen : seen + records : 3]
        seen += records
        await send(producer, [_renamed(one, TOPIC + ".plain") for one in out])
    took = time.perf_counter() - started
    return seen / took, (time.process_time() - cpu) / seen * 1e6


def _renamed(one: Outgoing, topic: str) -> Outgoing:
    return Outgoing(
        topic, one.partition, one.key, one.value, one.headers, one.timestamp_ms, one.event,
        one.trace,
    )  # fmt: skip


async def _create_topics(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        names = (_PLAIN, TOPIC + ".plain")
        await admin.create_topics([NewTopic(name, LANES, 1) for name in names])
    finally:
        await admin.close()
