"""The engine when its neighbours go away, come back, come late, or come back as somebody else."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
from kit_running import everything_on, make_processor, make_relay, produce, running, until
from kit_schema import create_topics, tally_schema
from kit_tally import TALLIES, TALLY, add, cause, counted

from inkoop_events.envelope import from_headers
from inkoop_kit.batch import Batch, codecs
from inkoop_kit.lanes import LANES, lane_of
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_local.infrastructure import Infrastructure

pytestmark = [pytest.mark.integration, pytest.mark.asyncio, pytest.mark.timeout(180)]
NAMES = [f"name-{n}" for n in range(50)]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Infrastructure]:
    """A broker and a database that may be killed."""
    with Infrastructure.start(tmp_path / "stack", durable=True) as infrastructure:
        yield infrastructure


@pytest.fixture
def open_store(own: Infrastructure) -> Iterator[Callable[[], PostgresStore]]:
    """Stores in that database."""
    access = tally_schema(own.postgres, "faults")
    opened: list[Database] = []

    def make() -> PostgresStore:
        opened.append(Database(access.url, "tally", "fault-test"))
        return PostgresStore(opened[-1], [TALLY], [TALLIES])

    yield make
    for database in opened:
        database.close()


def totals(store: PostgresStore) -> int:
    """The sum of the view; 0 while the database is away."""
    try:
        row = store.database.connection.execute("select sum(total) from tallies").fetchone()
    except psycopg.OperationalError:
        return 0
    return int(row[0] or 0) if row else 0


async def test_killed_kafka_and_killed_postgresql_lose_nothing_and_double_nothing(
    own: Infrastructure, open_store: Callable[[], PostgresStore]
) -> None:
    await create_topics(own.kafka.bootstrap, ["in"])
    processor, counts = make_processor(own.kafka.bootstrap, "in", open_store)
    store, sent = open_store(), 0

    async def more(number: int) -> None:
        nonlocal sent
        sequences = range(sent + 1, sent + number + 1)
        await produce(
            own.kafka.bootstrap, [counted("in", n, "a", source_lane=0) for n in sequences]
        )
        sent += number

    async with running(processor):
        await more(500)
        await until(lambda: totals(store) == 500, "the first are applied")
        await asyncio.to_thread(own.kafka.kill)
        await asyncio.to_thread(own.kafka.start)
        await more(500)
        await until(lambda: totals(store) == 1000, "Kafka is back")
        await asyncio.to_thread(own.postgres.kill)
        await more(500)
        await asyncio.to_thread(own.postgres.start)
        await until(lambda: totals(store) == 1500, "PostgreSQL is back")
    facts = store.read_lane(lane_of("a"), 0, 10_000)
    assert [fact.sequence for fact in facts] == list(range(1, 1501))
    assert counts.words["ok"] == 1500


async def test_a_processor_stays_in_its_group_while_postgresql_is_away(
    own: Infrastructure, open_store: Callable[[], PostgresStore]
) -> None:
    await create_topics(own.kafka.bootstrap, ["in"])
    processor, counts = make_processor(own.kafka.bootstrap, "in", open_store)
    store = open_store()
    async with running(processor):
        await produce(own.kafka.bootstrap, [counted("in", 1, "a", source_lane=0)])
        await until(lambda: totals(store) == 1, "the first is applied")
        await asyncio.to_thread(own.postgres.kill)
        await produce(own.kafka.bootstrap, [counted("in", 2, "a", source_lane=0)])
        await until(lambda: not processor.joined, "it has noticed")
        await asyncio.to_thread(own.postgres.start)
        await until(lambda: totals(store) == 2, "PostgreSQL is back")
        assert processor.joined
    assert counts.rebalances == 1


async def test_a_processor_and_a_relay_that_start_first_wait_for_the_others(
    own: Infrastructure, open_store: Callable[[], PostgresStore]
) -> None:
    await create_topics(own.kafka.bootstrap, ["in", "told"])
    store = open_store()
    databases = [store.database]
    await asyncio.to_thread(own.kafka.stop)
    await asyncio.to_thread(own.postgres.stop)
    processor, _ = make_processor(own.kafka.bootstrap, "in", open_store)
    relay, told = make_relay(own.kafka.bootstrap, lambda: open_store().database, "told")
    async with running(processor, relay):
        assert not processor.joined
        await asyncio.to_thread(own.postgres.start)
        await asyncio.to_thread(own.kafka.start)
        await until(lambda: processor.joined, "the processor has joined")
        await produce(own.kafka.bootstrap, [counted("in", n, "a") for n in (1, 2, 3)])
        await until(lambda: told.told == 3, "the relay has told")
    assert databases


async def test_a_relay_stopped_without_kafka_ends_soon_and_lets_go_when_kafka_is_back(
    own: Infrastructure, open_store: Callable[[], PostgresStore]
) -> None:
    await create_topics(own.kafka.bootstrap, ["told"])
    relay, told = make_relay(own.kafka.bootstrap, lambda: open_store().database, "told")
    store, loop = open_store(), asyncio.get_running_loop()
    task = asyncio.create_task(relay.run())
    write_one(store)
    await until(lambda: told.told == 1, "the relay has told")
    await asyncio.to_thread(own.kafka.kill)
    write_one(store)
    await until(lambda: relay.backlog().get(lane_of("a")) == 1, "it sends in vain")
    began = loop.time()
    task.cancel()
    await asyncio.wait({task})
    assert loop.time() - began < 1.8
    await asyncio.to_thread(own.kafka.start)
    left = partial(asyncio.all_tasks, loop)
    await until(lambda: "Sender" not in str(left()), "nothing of the producer is left")


def write_one(store: PostgresStore) -> None:
    """A fact to relay."""
    batch = Batch(codecs([TALLY]))
    batch.decide(add("a", 1), cause(), store.load({"tally/a": TALLY}))
    store.write(batch)


async def test_a_new_broker_is_read_from_its_start_without_applying_anything_twice(
    own: Infrastructure, open_store: Callable[[], PostgresStore], tmp_path: Path
) -> None:
    await create_topics(own.kafka.bootstrap, ["in"])
    store = open_store()
    messages = [
        counted("in", n, name, source_lane=lane_of(name))
        for name in _one_name_a_lane()
        for n in range(1, 11)
    ]
    processor, counts = make_processor(own.kafka.bootstrap, "in", open_store)
    async with running(processor):
        await produce(own.kafka.bootstrap, messages[:200])
        await until(lambda: totals(store) == 200, "the first broker's are applied")
        await asyncio.to_thread(own.kafka.stop)
        await asyncio.to_thread(_forget_everything, tmp_path / "stack")
        await asyncio.to_thread(own.kafka.start)
        await create_topics(own.kafka.bootstrap, ["in"])
        await produce(own.kafka.bootstrap, messages)
        await until(lambda: totals(store) == 240, "the new broker's are applied")
        await until(lambda: sum(counts.words.values()) == 440, "all is read")
    assert counts.words == {"ok": 240, "duplicate": 200}


def _one_name_a_lane() -> list[str]:
    names: dict[int, str] = {}
    for number in range(1000):
        names.setdefault(lane_of(f"n{number}"), f"n{number}")
    assert len(names) == LANES
    return list(names.values())


def _forget_everything(stack: Path) -> None:
    for meta in list(stack.rglob("meta.properties")):
        shutil.rmtree(meta.parent)


async def test_a_new_broker_is_told_everything_from_the_first_fact(
    own: Infrastructure, open_store: Callable[[], PostgresStore], tmp_path: Path
) -> None:
    await create_topics(own.kafka.bootstrap, ["told"])
    store = open_store()
    relay, counts = make_relay(own.kafka.bootstrap, lambda: open_store().database, "told")
    async with running(relay):
        write_tally(store, 10)
        await until(lambda: counts.told == 10, "the first broker knows all")
        await asyncio.to_thread(own.kafka.stop)
        await asyncio.to_thread(_forget_everything, tmp_path / "stack")
        await asyncio.to_thread(own.kafka.start)
        await create_topics(own.kafka.bootstrap, ["told"])
        write_tally(store, 5)
        await until(lambda: counts.told == 25, "the new broker knows all")
    events = await everything_on(own.kafka.bootstrap, "told")
    assert [from_headers(event.headers).sequence for event in events] == list(range(1, 16))


def write_tally(store: PostgresStore, facts: int) -> None:
    """Facts of one lane to relay."""
    batch = Batch(codecs([TALLY]))
    known = store.load({"tally/a": TALLY})
    for _ in range(facts):
        batch.decide(add("a", 1), cause(), known)
    store.write(batch)
