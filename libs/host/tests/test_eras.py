"""A store that knows less than its topics: found, held back, raised; and what would be without."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from secrets import token_hex

import httpx
import psycopg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from host_http import CALLER, OIN, client_of, edge_of

from inkoop_events.envelope import Envelope, source_of, to_headers
from inkoop_host.comparing import ComparedDatabase, Comparing
from inkoop_host.eras import EraRaised, Eras, GapEvent, Heads
from inkoop_host.eras_http import eras_router
from inkoop_host.gap import Gap, digest_of, find_gap
from inkoop_host.migrate import migrate, migrations_of
from inkoop_kit.lanes import ERA, LANES, event_id
from inkoop_kit.postgres import Database
from inkoop_kit.reading import Progress
from inkoop_kit.store import Tracked
from inkoop_local.database import ServiceDatabase, drop_database, prepare_database
from inkoop_local.infrastructure import Infrastructure

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TYPE = "nl.inkoop.order.placed.v1"
SOURCE = source_of(OIN, "ordering")


@dataclass
class Place:
    """A store of ordering in PostgreSQL, and a topic that it tells on."""

    access: ServiceDatabase
    bootstrap: str
    topic: str
    opened: list[Database] = field(default_factory=list)

    def database(self) -> Database:
        """A connection of the service."""
        self.opened.append(Database(self.access.url, "ordering", "test"))
        return self.opened[-1]

    def keeps(self, lane: int, *sequences: int, at: datetime = NOW) -> None:
        """The store holds these facts, and the lane's head is the last."""
        with psycopg.connect(self.access.owner_url, autocommit=True) as connection:
            for n in sequences:
                connection.execute(
                    "insert into ordering.event values (%s, %s, %s, 1, 't', 1, '{}', 'c', '[]', %s,"
                    " %s)",
                    [lane, n, f"order/{lane}-{n}", at, at],
                )
            connection.execute(
                "update ordering.lane set head = %s where lane = %s", [sequences[-1], lane]
            )

    async def tells(self, *told: tuple[int, int], on: int = 0, at: datetime = NOW) -> None:
        """These positions (lane, sequence) are on this partition of the topic."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap)
        await producer.start()
        try:
            for lane, sequence in told:
                await producer.send_and_wait(
                    self.topic, b'{"order":%d}' % sequence, b"key", partition=on,
                    headers=to_headers(envelope(lane, sequence, at)),
                    timestamp_ms=int(at.timestamp() * 1000),
                )  # fmt: skip
        finally:
            await producer.stop()

    async def gap(self, *meanwhile: tuple[int, int]) -> Gap:
        """What is found now; `meanwhile` is told once the heads are read."""
        eras = Eras(self.database())

        async def heads() -> Heads:
            found = await asyncio.to_thread(eras.heads)
            await self.tells(*meanwhile)
            return found

        return await find_gap(
            self.bootstrap, [self.topic, "not.there"], SOURCE, heads, lambda: None
        )


def envelope(lane: int, sequence: int, at: datetime = NOW, source: str = SOURCE) -> Envelope:
    return Envelope(
        id=event_id(lane, sequence), source=source, type=TYPE, time=at, subject="key",
        dataschema="", lane=lane, sequence=sequence, department=OIN, supplier=None,
        cause="command/1", actor="test", organisation=OIN, correlation="", trace=None,
    )  # fmt: skip


@pytest.fixture
def place(infrastructure: Infrastructure) -> Iterator[Place]:
    """A fresh store and a fresh topic."""
    name, topic = "host_test_eras", f"host.told.{token_hex(4)}"
    drop_database(infrastructure.postgres, name)
    access = prepare_database(infrastructure.postgres, name, ("ordering",))["ordering"]
    migrate(access.owner_url, "ordering", migrations_of("ordering"))
    asyncio.run(create(infrastructure.kafka.bootstrap, topic))
    place = Place(access, infrastructure.kafka.bootstrap, topic)
    yield place
    for one in place.opened:
        one.close()
    drop_database(infrastructure.postgres, name)


async def create(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, LANES, 1)])
    await admin.close()


def places(gap: Gap) -> list[tuple[int, int]]:
    return [(event.lane, event.sequence) for event in gap.events]


@pytest.mark.asyncio
async def test_a_store_that_holds_all_that_was_told_has_no_gap(place: Place) -> None:
    place.keeps(0, 1, 2, 3)
    await place.tells((0, 1), (0, 2), (0, 3))

    assert places(await place.gap()) == []


@pytest.mark.asyncio
async def test_what_another_replica_tells_while_the_store_is_compared_is_no_gap(
    place: Place,
) -> None:
    place.keeps(0, 1)
    await place.tells((0, 1))

    assert places(await place.gap((0, 2), (0, 3))) == []


@pytest.mark.asyncio
async def test_a_service_that_told_nothing_has_no_gap(place: Place) -> None:
    assert places(await place.gap()) == []


@pytest.mark.asyncio
async def test_a_gap_is_what_lies_above_the_heads_wherever_it_lies_once(place: Place) -> None:
    """Also before what a slow relay told later, of another lane; told twice, it is listed once."""
    place.keeps(0, 1, 2)
    place.keeps(5, 1)
    await place.tells((0, 1), (0, 2), on=7)
    await place.tells((0, 3), (0, 4), (0, 3), on=7, at=NOW + timedelta(seconds=1))
    await place.tells((5, 1), on=7)
    await place.tells((5, 2), on=8, at=NOW + timedelta(seconds=2))

    gap = await place.gap()

    assert places(gap) == [(0, 3), (0, 4), (5, 2)]
    assert gap.era == 1
    assert gap.events[0].digest == digest_of(TYPE, b"key", b'{"order":3}')


@pytest.mark.asyncio
async def test_a_store_without_any_fact_has_forgotten_all(place: Place) -> None:
    await place.tells((3, 1), (3, 2), at=NOW - timedelta(days=90))

    assert places(await place.gap()) == [(3, 1), (3, 2)]


@pytest.mark.asyncio
async def test_what_is_old_is_not_read_but_the_last_record_always_is(place: Place) -> None:
    """A clock that was set back: the lost event looks older than the store."""
    place.keeps(0, 1)
    await place.tells((0, 2), (0, 3), at=NOW - timedelta(days=1))

    assert (0, 3) in places(await place.gap())


@pytest.mark.asyncio
async def test_an_era_that_the_topics_know_and_the_store_does_not_is_passed(place: Place) -> None:
    place.keeps(0, 1)
    await place.tells((0, 1), (0, 2), (0, ERA + 1), at=NOW)

    gap = await place.gap()

    assert places(gap) == [(0, 2), (0, ERA + 1)]
    assert gap.era == 2


@pytest.mark.asyncio
async def test_what_others_tell_on_the_topic_is_no_gap(place: Place) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=place.bootstrap)
    await producer.start()
    foreign = to_headers(envelope(0, 9, source=source_of(OIN, "somebody")))
    await producer.send_and_wait(place.topic, b"{}", partition=0, headers=foreign)
    await producer.send_and_wait(place.topic, b"{}", partition=1, headers=[("x", b"y")])
    await producer.stop()

    assert places(await place.gap()) == []


def test_a_raised_era_lets_every_lane_go_on_and_keeps_the_gap(place: Place) -> None:
    place.keeps(0, 1, 2)
    eras = Eras(place.database())
    lost = GapEvent(0, 3, "t", 7, TYPE, "key\0", NOW, b"digest")

    eras.raise_era(1, "jan", [lost])

    assert set(eras.heads().lanes.values()) == {ERA}
    [raised] = eras.raised()
    assert (raised["number"], raised["raised_by"]) == (1, "jan")
    assert (raised["events"], raised["restored"]) == (1, 0)
    [listed] = eras.gap(1, 0, 10)
    assert (listed["id"], listed["topic"], listed["restored_as"]) == ("0-3", "t", None)
    assert eras.gap(1, 1, 10) == []


def test_an_era_is_raised_once(place: Place) -> None:
    eras = Eras(place.database())
    eras.raise_era(1, "jan", [])

    with pytest.raises(EraRaised):
        eras.raise_era(1, "piet", [])

    assert [one["raised_by"] for one in eras.raised()] == ["jan"]


def test_what_of_a_gap_is_there_again_is_noted(place: Place) -> None:
    eras = Eras(place.database())
    eras.raise_era(1, "jan", [GapEvent(0, n, "t", 7, TYPE, "k", NOW, b"d") for n in (3, 4)])

    eras.restored({event_id(0, ERA + 1): (1, 2)})

    assert [row["restored_as"] for row in eras.gap(1, 0, 10)] == [None, f"0-{ERA + 1}"]
    assert eras.raised()[0]["restored"] == 1
    assert [row[:2] for row in eras.told_in_gaps()] == [(1, 1), (1, 2)]


def test_without_an_era_what_is_new_is_dropped_and_with_one_it_is_not() -> None:
    """The negative: lane 0 was told up to 4, and restored to 2."""
    consumer = Progress.at("t", 0, Tracked("cluster", 0, (4, *(0,) * (LANES - 1))))

    assert not consumer.is_new(0, 3)
    assert consumer.is_new(0, ERA + 1)


@asynccontextmanager
async def comparing(place: Place, eras: Eras | None = None) -> AsyncGenerator[Comparing]:
    """At work on the place."""
    find = partial(find_gap, place.bootstrap, [place.topic], SOURCE)
    made = Comparing(eras or Eras(place.database()), find, lambda gaps: None)
    task = asyncio.create_task(made.run())
    yield made
    made.stop()
    await asyncio.wait_for(task, 10)


async def until(condition: Callable[[], bool]) -> None:
    """Half a minute at most."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 — no event tells of it
            await asyncio.sleep(0.05)


@pytest.mark.asyncio
async def test_nobody_may_write_while_there_is_a_gap_and_all_may_when_the_era_was_raised(
    place: Place,
) -> None:
    place.keeps(0, 1)
    await place.tells((0, 1), (0, 2))
    async with comparing(place) as made:
        await until(lambda: made.gap is not None)
        work = ComparedDatabase(place.access.url, "ordering", "work", made)
        with pytest.raises(psycopg.OperationalError):
            _ = work.connection
        assert any("1 events" in reason for reason in made.health.startup())
        assert any("1 events" in reason for reason in await made.health.ready())

        async with client_of(edge_of(eras_router(made))) as client:
            await asks_and_raises(client)
        await asyncio.wait_for(made.open.wait(), 30)

        assert work.connection.execute("select 1").fetchone() == (1,)
        assert not any("era" in reason for reason in made.health.startup())
        assert made.gap is None
        work.close()


async def asks_and_raises(client: httpx.AsyncClient) -> None:
    """As the command line does."""
    said = (await client.get("/v1/eras")).json()
    assert said == {"next": 1, "gap": {"era": 1, "events": 1, "more": False}, "raised": []}
    [lost] = (await client.get("/v1/eras/1/gap")).json()["gap"]
    assert (lost["id"], lost["ordinal"], lost["key"]) == ("0-2", 1, "key")
    refused = await client.post("/v1/eras", json={"number": 2}, headers=CALLER)
    assert (refused.status_code, refused.json()["code"]) == (409, "ERA_NOT_NEXT")
    done = await client.post("/v1/eras", json={"number": 1}, headers=CALLER)
    assert done.status_code == 201
    assert done.json()["era"]["raised_by"] == f"{OIN}/user:17"
    after = (await client.get("/v1/eras/1/gap")).json()["gap"]
    assert [one["id"] for one in after] == ["0-2"]
    assert (await client.get("/v1/seen", params={"topic": "t"})).json()["partitions"] == []


@pytest.mark.asyncio
async def test_an_era_that_somebody_else_raised_is_noticed(place: Place) -> None:
    place.keeps(0, 1)
    await place.tells((0, 2))
    async with comparing(place) as made:
        await until(lambda: made.gap is not None)
        await asyncio.to_thread(Eras(place.database()).raise_era, 1, "by hand", [])
        await asyncio.wait_for(made.open.wait(), 30)


@pytest.mark.asyncio
async def test_a_server_that_was_started_since_is_compared_before_anybody_writes(
    place: Place,
) -> None:
    place.keeps(0, 1)
    await place.tells((0, 1))
    async with comparing(place, Moved(place.database())) as made:
        await asyncio.wait_for(made.open.wait(), 30)
        with psycopg.connect(place.access.url) as connection:
            with pytest.raises(psycopg.OperationalError):
                made.admit(connection)
            await until(lambda: admits(made, connection))


class Moved(Eras):
    """The first look is at a server whose place another took right behind it."""

    looked = False

    def heads(self) -> Heads:
        """Of a server that was started an hour before, then of this one."""
        now = super().heads()
        if self.looked:
            return now
        self.looked = True
        return Heads(now.lanes, now.newest, now.server - timedelta(hours=1))


def admits(made: Comparing, connection: psycopg.Connection) -> bool:
    try:
        made.admit(connection)
    except psycopg.OperationalError:
        return False
    return True
