"""Matching live: invoices at a fixed rate through Kafka, from the record to its decision."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, islice

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.ear import Ear, listening, percentiles
from bench.harness import WARM_SECONDS, Bench
from bench.held_back import HeldBack
from bench.messages import Publishers, invoice_key
from bench.rows import Measured, Rival
from inkoop_events import matching
from inkoop_kit.telling import Outgoing
from inkoop_local.stack import Stack

RATE = 1000
"""Invoices a second."""
TICK = 0.005
PROBE = "bench.probe"
"""One message a tick goes here too: what Kafka alone takes, at the same moments."""


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds at the 50th and 99th percentile, ours and of Kafka alone."""

    p50: float
    p99: float
    kafka_p50: float
    kafka_p99: float


def measure(bench: Bench) -> Iterable[Measured]:
    """Orders and receipts are there before; the clock of a record starts when it is handed over."""
    with bench.stack("live", ("matching",), for_long=True) as stack:
        seconds, publishers, orders = bench.pick(10, 2), Publishers(), bench.pick(2000, 200)
        held = HeldBack(stack)
        numbers = range(1, orders + 1)
        before = [publishers.order(n) for n in numbers] + [publishers.receipt(n) for n in numbers]
        held.carry_out(before)
        held.close()
        asyncio.run(_create_probe(stack))
        offered = count(1)

        def offer(seconds: int) -> Round:
            invoices = [(n, n % orders + 1) for n in islice(offered, RATE * seconds)]
            return asyncio.run(_offer(stack, publishers, invoices))

        offer(bench.pick(WARM_SECONDS, 1))
        rounds: list[Round] = []
        for number in bench.turns():
            rounds.append(offer(seconds))
            bench.say(f"  round {number}/{bench.rounds}: {rounds[-1]}")
    kafka50 = Rival("Kafka alone, same moments", [one.kafka_p50 for one in rounds])
    kafka99 = Rival("Kafka alone, same moments", [one.kafka_p99 for one in rounds])
    detail = {"invoices/s offered": RATE, "invoices a round": RATE * seconds}
    yield Measured("match.live.p50_ms", [one.p50 for one in rounds], kafka50, detail)
    yield Measured("match.live.p99_ms", [one.p99 for one in rounds], kafka99, detail)


async def _offer(
    stack: Stack, publishers: Publishers, invoices: Sequence[tuple[int, int]]
) -> Round:
    bootstrap = stack.infrastructure.kafka.bootstrap
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all")
    await producer.start()
    async with (
        listening(bootstrap, matching.TOPIC) as ear,
        listening(bootstrap, PROBE, partitions=1) as probe,
    ):
        sent, probed = await _at_a_fixed_rate(producer, publishers, invoices)
        with suppress(TimeoutError):
            await ear.until(lambda: len(ear.heard) >= len(sent), 30)
        await probe.until(lambda: len(probe.heard) >= len(probed), 30)
        await producer.stop()
        if missing := len(sent.keys() - ear.heard.keys()):
            raise RuntimeError(f"{missing} of {len(sent)} decisions are not on Kafka")
        return Round(*percentiles(_waits(sent, ear)), *percentiles(_waits(probed, probe)))


async def _at_a_fixed_rate(
    producer: AIOKafkaProducer, publishers: Publishers, invoices: Sequence[tuple[int, int]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Never waits for an answer; what comes late is sent at once and counted from its due time."""
    sent: dict[str, float] = {}
    probed: dict[str, float] = {}
    began, at = time.time(), 0
    while at < len(invoices):
        due = began + at / RATE
        if (early := due - time.time()) > 0:
            await asyncio.sleep(early)
        for number, order in invoices[at : at + int(RATE * TICK)]:
            sent[invoice_key(number)] = due
            await _hand_over(producer, publishers.invoice(number, order))
        at += int(RATE * TICK)
        probed[f"probe-{at}"] = due
        headers = [("ce_subject", f"probe-{at}".encode())]
        await producer.send(PROBE, b"x" * 500, partition=0, headers=headers)
    return sent, probed


async def _hand_over(producer: AIOKafkaProducer, one: Outgoing) -> None:
    await producer.send(
        one.topic, one.value, one.key, partition=one.partition, headers=one.headers,
        timestamp_ms=one.timestamp_ms,
    )  # fmt: skip


def _waits(sent: dict[str, float], ear: Ear) -> list[float]:
    return [(ear.heard[subject] - due) * 1000 for subject, due in sent.items()]


async def _create_probe(stack: Stack) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.infrastructure.kafka.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(PROBE, 1, 1)])
    finally:
        await admin.close()
