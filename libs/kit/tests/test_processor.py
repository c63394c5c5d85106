"""The engine on the real broker and the real database: once, in order, whatever happens."""

import asyncio
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from kit_running import (
    NAMES,
    make_processor,
    produce,
    running,
    totals,
    until,
)
from kit_slow import CutAtFirst, HeldUp
from kit_tally import counted

from inkoop_kit.hearing import Recalled
from inkoop_kit.lanes import LANES, lane_of
from inkoop_kit.postgres import PostgresStore
from inkoop_kit.processor import Processor
from inkoop_local.infrastructure import Infrastructure

pytestmark = [pytest.mark.integration, pytest.mark.asyncio, pytest.mark.timeout(120)]
Stores = Callable[[], PostgresStore]


def load(topic: str, rounds: int, first: int = 1) -> list[Recalled]:
    """One message for each name and round, spread over the publisher's lanes as it would."""
    sequences = dict.fromkeys(range(LANES), first - 1)
    messages: list[Recalled] = []
    for _ in range(rounds):
        for name in NAMES:
            sequences[lane_of(name)] += 1
            messages.append(
                counted(topic, sequences[lane_of(name)], name, source_lane=lane_of(name))
            )
    return messages


def assert_once(store: PostgresStore, rounds: int) -> None:
    """Every message was applied once, positions are dense, the view says the same."""
    assert totals(store) == dict.fromkeys(NAMES, rounds)
    for lane in range(LANES):
        facts = store.read_lane(lane, 0, 100_000)
        assert [fact.sequence for fact in facts] == list(range(1, len(facts) + 1))


async def test_every_message_is_applied_once_over_24_lanes(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    processor, counts = make_processor(infrastructure.kafka.bootstrap, topic, stores)
    store = stores()
    async with running(processor):
        await produce(infrastructure.kafka.bootstrap, load(topic, 30))
        await until(lambda: sum(totals(store).values()) == 3000, "all is applied")
    assert counts.words == {"ok": 3000}
    assert_once(store, 30)


async def test_kafka_knows_how_far_a_group_has_read(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    processor, counts = make_processor(bootstrap, topic, stores)
    [*_, last] = load(topic, 1)
    wanted = {**dict.fromkeys(range(LANES), 0), last.partition: 1}
    async with running(processor), asyncio.timeout(30):
        await produce(bootstrap, [last])
        while await committed(bootstrap, f"{topic}-tally") != wanted:
            pass
    assert counts.words == {"ok": 1}


async def committed(bootstrap: str, group: str) -> dict[int, int]:
    """What Kafka was told, by partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        offsets = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return {place.partition: one.offset for place, one in offsets.items()}


async def test_an_event_that_is_sent_again_is_dropped(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    processor, counts = make_processor(infrastructure.kafka.bootstrap, topic, stores)
    store = stores()
    async with running(processor):
        messages = load(topic, 2)
        await produce(infrastructure.kafka.bootstrap, [*messages, *messages])
        await until(lambda: sum(counts.words.values()) == 400, "all is read")
    assert counts.words == {"ok": 200, "duplicate": 200}
    assert_once(store, 2)


async def test_two_consumers_on_one_lane_apply_each_message_once(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    one, counts = make_processor(bootstrap, topic, stores)
    zombie, shadows = make_processor(bootstrap, topic, stores, group="zombie", instance="z")
    store = stores()
    async with running(one, zombie):
        await produce(bootstrap, load(topic, 30))
        await until(lambda: sum(totals(store).values()) == 3000, "all is applied")
    assert counts.words.get("ok", 0) + shadows.words.get("ok", 0) == 3000
    assert_once(store, 30)


async def test_a_consumer_killed_before_kafka_heard_of_it_goes_on_from_the_store(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    store = stores()
    killed, _ = make_processor(bootstrap, topic, stores)
    task = asyncio.create_task(killed.run())
    await produce(bootstrap, load(topic, 10))
    await until(lambda: sum(totals(store).values()) > 0, "something is applied")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    again, _ = make_processor(bootstrap, topic, stores, group="no-offsets-in-kafka")
    async with running(again):
        await until(lambda: sum(totals(store).values()) >= 1000, "all is applied")
    assert_once(store, 10)


async def test_lanes_of_one_that_stops_go_to_the_other_long_before_its_session_ends(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap, minutes = infrastructure.kafka.bootstrap, 120_000
    stays, _ = make_processor(bootstrap, topic, stores, session_timeout_ms=minutes)
    stops, _ = make_processor(
        bootstrap, topic, stores, instance="tally-1", session_timeout_ms=minutes
    )
    async with running(stays):
        async with running(stops):
            await until(lambda: len(stops.lag()) == len(stays.lag()) == LANES / 2, "both share")
        await until(lambda: len(stays.lag()) == LANES, "the one has all lanes")


class EndsAsCancelled(AIOKafkaConsumer):
    """As aiokafka's does when it is stopped while a task of its own has not begun yet."""

    async def stop(self) -> None:
        await super().stop()
        raise asyncio.CancelledError


class WithSuchConsumers(Processor):
    """Whose consumers end so."""

    def _new_consumer(self) -> AIOKafkaConsumer:
        made = super()._new_consumer()
        made.__class__ = EndsAsCancelled
        return made


async def test_a_consumer_that_ends_as_cancelled_does_not_end_the_processor(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    reader = CutAtFirst(stores().database)
    own = iter((stores(), reader))  # the writer, then the reader
    processor, _ = make_processor(infrastructure.kafka.bootstrap, topic, lambda: next(own))
    processor.__class__ = WithSuchConsumers
    async with running(processor):
        await until(lambda: processor.joined, "it has begun again")
    assert reader.asked > 1


@pytest.mark.parametrize("lane", [0, LANES - 1])
async def test_lanes_that_change_hands_while_a_batch_is_decided_are_read_once(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores, lane: int
) -> None:
    """The first keeps one of these lanes and loses the other."""
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    name = next(name for name in NAMES if lane_of(name) == lane)
    store, reader = stores(), HeldUp(stores().database)
    own = iter((stores(), reader))  # the writer, then the reader
    first, _ = make_processor(bootstrap, topic, lambda: next(own))
    second, _ = make_processor(bootstrap, topic, stores, instance="tally-1")
    async with running(first):
        await produce(bootstrap, [counted(topic, n, name) for n in range(1, 11)])
        await asyncio.to_thread(reader.loading.wait)
        async with running(second):
            await until(lambda: second.joined, "the second has its share")
            reader.go_on.set()
            await until(lambda: totals(store).get(name, 0) >= 10, "all is applied")
            await produce(bootstrap, [counted(topic, 11, name)])
            await until(lambda: totals(store).get(name, 0) >= 11, "the lane goes on")
    assert totals(store) == {name: 11}
