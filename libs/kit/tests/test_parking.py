"""Messages set aside on the real parts: found, kept in order, released, braked."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from secrets import token_hex

import psycopg
import pytest
from kit_running import (
    NAMES,
    make_processor,
    produce,
    running,
    totals,
    until,
)
from kit_slow import HeldUp
from kit_tally import Added, Counted, Tally, add, counted

from inkoop_kit.hearing import Hearing, Recalled, Subscription
from inkoop_kit.lanes import LANES, lane_of
from inkoop_kit.operations import Operations
from inkoop_kit.postgres import PostgresStore
from inkoop_kit.streams import Ask, Cause
from inkoop_local.database import ServiceDatabase
from inkoop_local.infrastructure import Infrastructure

pytestmark = [pytest.mark.integration, pytest.mark.asyncio, pytest.mark.timeout(120)]
Stores = Callable[[], PostgresStore]


async def test_what_cannot_be_decided_is_parked_and_its_key_waits_behind_it(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    processor, counts = make_processor(bootstrap, topic, stores)
    store = stores()
    other = next(name for name in NAMES if lane_of(name) == lane_of("bad"))
    messages = [
        counted(topic, 1, "bad", -5),
        counted(topic, 2, "bad", 7),
        counted(topic, 3, other, 3),
        replace(counted(topic, 4, "mute"), headers=()),
        replace(counted(topic, 5, "garbage"), value=b"\xff\x00{"),
        replace(counted(topic, 6, "elsewhere"), partition=(lane_of("elsewhere") + 1) % LANES),
        replace(counted(topic, 7, "stranger"), headers=_of_type(counted(topic, 7, "s"), "nl.x.v9")),
    ]
    async with running(processor):
        await produce(bootstrap, messages)
        await until(lambda: sum(counts.words.values()) == 7, "all is read")
    assert totals(store) == {other: 3}
    assert counts.words == {"ok": 1, "parked": 5, "ignored": 1}
    rows = store.database.connection.execute("select key, reason from parked order by key, id")
    assert list(rows) == [
        ("bad", "NEGATIVE"),
        ("bad", "behind"),
        ("elsewhere", "key"),
        ("garbage", "payload"),
        ("mute", "envelope"),
    ]


async def test_released_messages_are_carried_out_in_order(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    broken = True

    def moody(event: Counted, _: Cause) -> Ask[Tally, Added]:
        if broken:
            raise RuntimeError("a bug")
        return add(event.name, event.number)

    heard = Hearing([Subscription(topic, Counted, moody)])
    processor, counts = make_processor(bootstrap, topic, stores, heard=heard)
    store = stores()
    connection = store.database.connection

    def parked() -> list[tuple[object, ...]]:
        query = "select attempts from parked where released_at is null order by id"
        return list(connection.execute(query))

    async with running(processor):
        await produce(bootstrap, [counted(topic, n, "a", n) for n in (1, 2, 3)])
        await until(lambda: len(parked()) == 3, "three are parked")
        connection.execute("update parked set release_asked = now()")
        await until(lambda: parked()[0] == (2,), "the first has failed again")
        broken = False
        connection.execute("update parked set release_asked = now() where attempts > 0")
        await until(lambda: not parked(), "all are released")
        await produce(bootstrap, [counted(topic, 4, "a", 4)])
        await until(lambda: totals(store) == {"a": 10}, "the lane goes on")
    facts = store.read_stream("tally/a")
    assert [fact.data for fact in facts] == [f'{{"number":{n}}}' for n in (1, 2, 3, 4)]
    assert counts.words["ok"] == 4


async def test_the_brake_stops_a_lane_with_too_many_parked_and_lets_it_go_on(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    processor, _ = make_processor(bootstrap, topic, stores, parked_limit=2)
    store = stores()
    connection = store.database.connection
    async with running(processor):
        await produce(bootstrap, [counted(topic, n, "a", -1) for n in (1, 2)])
        await until(lambda: processor.braked == {lane_of("a")}, "the lane stands")
        neighbour = next(name for name in NAMES if lane_of(name) == lane_of("a"))
        elsewhere = next(name for name in NAMES if lane_of(name) != lane_of("a"))
        await produce(
            bootstrap,
            [counted(topic, 3, neighbour), counted(topic, 1, elsewhere, source_lane=1)],
        )
        await until(lambda: elsewhere in totals(store), "other lanes go on")
        assert neighbour not in totals(store)
        connection.execute("update parked set released_at = now()")
        await until(lambda: neighbour in totals(store), "the lane goes on")


async def test_one_message_that_cannot_be_written_is_found_and_parked(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    processor, counts = make_processor(bootstrap, topic, stores)
    store = stores()
    async with running(processor):
        messages = [counted(topic, n, "a") for n in (1, 2)]
        messages.append(counted(topic, 3, "huge", 2**63 - 1))
        messages.append(counted(topic, 4, "huge", 2**63 - 1))  # the sum passes the column's end
        messages += [counted(topic, n, "a") for n in (5, 6)]
        await produce(bootstrap, messages)
        await until(lambda: totals(store).get("a") == 4, "the others are applied")
        await until(lambda: counts.words.get("parked") == 1, "the one is parked")
    assert "DataError" in str(counts.dropped) or "Numeric" in str(counts.dropped)
    assert totals(store) == {"a": 4, "huge": 2**63 - 1}


async def test_what_breaks_a_rule_of_a_table_is_parked_like_what_does_not_fit(
    infrastructure: Infrastructure,
    topics: Callable[..., list[str]],
    stores: Stores,
    schema: ServiceDatabase,
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    processor, counts = make_processor(bootstrap, topic, stores)
    store, long = stores(), token_hex(8000)  # a key that no index takes
    with psycopg.connect(schema.owner_url, autocommit=True) as owner:
        owner.execute("alter table tally.tallies add check (total < 100)")
    async with running(processor):
        messages = [counted(topic, 1, "a"), counted(topic, 2, "odd", 100), counted(topic, 3, long)]
        await produce(bootstrap, [*messages, counted(topic, 4, "a")])
        await until(lambda: sum(counts.words.values()) == 4, "all is read")
    assert counts.words == {"ok": 2, "parked": 2}
    assert totals(store) == {"a": 2}


async def test_a_release_that_cannot_be_written_holds_nothing_else_up(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    broken = True

    def moody(event: Counted, _: Cause) -> Ask[Tally, Added]:
        if broken:
            raise RuntimeError("a bug")
        return add(event.name, event.number)

    heard = Hearing([Subscription(topic, Counted, moody)])
    processor, counts = make_processor(bootstrap, topic, stores, heard=heard)
    store = stores()
    connection = store.database.connection

    def waiting() -> list[tuple[object, ...]]:
        query = "select key, reason, release_asked is null from parked where released_at is null"
        return list(connection.execute(f"{query} order by id".encode()))

    async with running(processor):
        messages = [counted(topic, n, "huge", 2**63 - 1) for n in (1, 2)]
        await produce(bootstrap, [*messages, *(counted(topic, n, f"n{n}") for n in range(3, 9))])
        await until(lambda: len(waiting()) == 8, "all are parked")
        broken = False
        Operations(store.database, store.database, []).release(range(1, 9))
        left = [("huge", "unwritable", True)]
        await until(lambda: waiting() == left, "all but one are released, and that one was tried")
    assert totals(store) == {"huge": 2**63 - 1, **{f"n{n}": 1 for n in range(3, 9)}}
    assert counts.words == {"parked": 8, "ok": 7}


async def test_what_is_being_set_aside_is_not_forgotten_when_a_lane_stands(
    infrastructure: Infrastructure, topics: Callable[..., list[str]], stores: Stores
) -> None:
    [topic] = await asyncio.to_thread(topics, "in")
    bootstrap = infrastructure.kafka.bootstrap
    store, writer, reader = stores(), HeldUp(stores().database), HeldUp(stores().database)
    own = iter((writer, reader))
    processor, counts = make_processor(bootstrap, topic, lambda: next(own), parked_limit=1)
    other = next(name for name in NAMES if lane_of(name) != lane_of("a"))
    for event in (writer.go_on, reader.go_on):
        event.set()
    async with running(processor):
        await produce(bootstrap, [counted(topic, 1, "a", -1)])
        await until(lambda: processor.braked == {lane_of("a")}, "a lane stands")
        writer.go_on.clear()
        writer.writing.clear()
        await produce(bootstrap, [counted(topic, 2, other, -1)])
        await asyncio.to_thread(writer.writing.wait)
        reader.looking.clear()
        await asyncio.to_thread(reader.looking.wait, 2.5)  # it looks every second, if it may
        await produce(bootstrap, [counted(topic, 3, other)])
        await asyncio.to_thread(reader.looking.wait, 0.5)
        writer.go_on.set()
        await until(
            lambda: (
                counts.words["parked"] == 2 and ("ok" in counts.words or len(processor.braked) == 2)
            ),
            "the third is read, or its lane stands too",
        )
    assert totals(store) == {}


def _of_type(message: Recalled, wire_type: str) -> tuple[tuple[str, bytes], ...]:
    return tuple(
        (name, wire_type.encode() if name == "ce_type" else value)
        for name, value in message.headers
    )
