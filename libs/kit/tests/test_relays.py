"""Relays on the real parts: everything is told once, in order, by whoever holds the lane."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from kit_running import NAMES, everything_on, make_relay, running, until
from kit_tally import TALLY, add, cause

from inkoop_events.envelope import from_headers
from inkoop_kit.batch import Batch, codecs
from inkoop_kit.lanes import LANES
from inkoop_kit.outbox import Outbox
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.store import Stored
from inkoop_local.infrastructure import Infrastructure

pytestmark = [pytest.mark.integration, pytest.mark.asyncio, pytest.mark.timeout(120)]
Stores = Callable[[], PostgresStore]


async def test_a_relay_killed_between_send_and_position_tells_nothing_twice(
    infrastructure: Infrastructure,
    topics: Callable[..., list[str]],
    stores: Stores,
    databases: Callable[[], Database],
) -> None:
    [told] = await asyncio.to_thread(topics, "told")
    bootstrap = infrastructure.kafka.bootstrap
    store = stores()
    write_tallies(store, 5)
    dying, _ = make_relay(bootstrap, databases, told, 0, _DiesOnce)
    async with running(dying):
        await until(lambda: unsent(store) == 0, "all is sent")
    events = await everything_on(bootstrap, told)
    assert len(events) > 500
    seen = dict.fromkeys(range(LANES), 0)
    fresh: list[str] = []
    for event in events:
        envelope = from_headers(event.headers)
        if envelope.sequence > seen[envelope.lane]:
            seen[envelope.lane] = envelope.sequence
            fresh.append(envelope.id)
    assert len(fresh) == len(set(fresh)) == 500
    assert seen == {lane: len(store.read_lane(lane, 0, 1000)) for lane in range(LANES)}


async def test_two_relays_share_the_lanes_and_keep_their_order(
    infrastructure: Infrastructure,
    topics: Callable[..., list[str]],
    stores: Stores,
    databases: Callable[[], Database],
) -> None:
    [told] = await asyncio.to_thread(topics, "told")
    bootstrap = infrastructure.kafka.bootstrap
    store = stores()
    one, first = make_relay(bootstrap, databases, told, 0)
    two, second = make_relay(bootstrap, databases, told, 1)
    async with running(one, two):
        await until(
            lambda: len(one.backlog()) == len(two.backlog()) == LANES // 2, "each holds its half"
        )
        write_tallies(store, 5)
        await until(lambda: unsent(store) == 0, "all is sent")
    assert first.told + second.told == 500
    assert min(first.told, second.told) > 0
    last = dict.fromkeys(range(LANES), 0)
    for event in await everything_on(bootstrap, told):
        envelope = from_headers(event.headers)
        assert envelope.sequence == last[envelope.lane] + 1
        last[envelope.lane] = envelope.sequence


async def test_one_that_reads_ahead_misses_no_call(
    infrastructure: Infrastructure,
    topics: Callable[..., list[str]],
    stores: Stores,
    databases: Callable[[], Database],
) -> None:
    [told] = await asyncio.to_thread(topics, "told")
    store, looks = stores(), Looks(stores(), most=3)
    looks.interrupted = lambda: sum(looks.found) == 500 and not looks.more
    write_tallies(store, 5)
    bootstrap = infrastructure.kafka.bootstrap
    relay, counts = make_relay(bootstrap, databases, told, 0, looks.outbox, alone=3600)
    looks.call = relay.wake
    async with running(relay):
        await until(lambda: counts.told == 600, "all is sent")
    assert unsent(store) == 0


async def test_one_that_is_alone_sleeps_until_it_is_woken_and_misses_no_call(
    infrastructure: Infrastructure,
    topics: Callable[..., list[str]],
    stores: Stores,
    databases: Callable[[], Database],
) -> None:
    [told] = await asyncio.to_thread(topics, "told")
    store, looks = stores(), Looks(stores())
    looks.interrupted = lambda: len(looks.found) in (1, 2)
    bootstrap = infrastructure.kafka.bootstrap
    relay, counts = make_relay(bootstrap, databases, told, 0, looks.outbox, alone=3600)
    looks.call = relay.wake
    async with running(relay):
        await until(lambda: counts.told == 200, "what was written in both looks is sent")
    assert unsent(store) == 0


@dataclass
class Looks:
    """The looks of a relay: just when one is over, somebody may write a hundred, and call."""

    others: PostgresStore
    most: int = 250
    found: list[int] = field(default_factory=list[int])
    more: bool = False
    interrupted: Callable[[], bool] = bool
    call: Callable[[], None] = lambda: None

    @property
    def outbox(self) -> type[Outbox]:
        """An outbox that notes here what it finds."""
        looks = self

        class Watched(Outbox):
            def read(self, limit: int) -> list[Stored]:
                found = super().read(min(limit, looks.most))
                looks.found.append(len(found))
                looks.more = self.more
                if looks.interrupted():
                    write_tallies(looks.others, 1)
                    looks.call()
                return found

        return Watched


class _DiesOnce(Outbox):
    """A relay that is cut off after the send, before it can move its position."""

    died = False

    def sent(self, stored: Sequence[Stored]) -> None:
        if not self.died:
            self.died = True
            raise ConnectionError("cut off")
        super().sent(stored)


def write_tallies(store: PostgresStore, rounds: int) -> None:
    """Facts to relay."""
    for _ in range(rounds):
        batch = Batch(codecs([TALLY]))
        known = store.load({f"tally/{name}": TALLY for name in NAMES})
        for number, name in enumerate(NAMES):
            batch.decide(add(name, 1), cause(f"command/{number}"), known)
        store.write(batch)


def unsent(store: PostgresStore) -> int:
    """Facts that the relay has not passed."""
    query = "select sum(head - sequence) from lane join relay_position using (lane)"
    row = store.database.connection.execute(query).fetchone()
    return int(row[0]) if row else -1
