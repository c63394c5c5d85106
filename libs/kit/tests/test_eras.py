"""Positions go on in another era: store, outbox and status cope with the jump."""

from collections.abc import Callable

import pytest
from kit_running import NAMES
from kit_tally import TALLIES, TALLY, add, cause
from psycopg import Connection

from inkoop_kit.batch import Batch, codecs
from inkoop_kit.lanes import ERA, LANES, unsent
from inkoop_kit.operations import Operations
from inkoop_kit.outbox import Outbox
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.store import Written


def test_within_an_era_positions_are_counted() -> None:
    assert unsent(3, 3) == 0
    assert unsent(3, 10) == 7
    assert unsent(ERA, ERA) == 0
    assert unsent(ERA + 3, ERA + 10) == 7


def test_across_a_raise_what_is_left_is_never_nothing() -> None:
    assert unsent(3, ERA) == 1
    assert unsent(3, ERA + 10) == 11
    assert unsent(ERA + 3, 3 * ERA + 2) == 3


@pytest.fixture
def operations(databases: Callable[[], Database]) -> Operations:
    return Operations(databases(), databases(), [TALLIES])


@pytest.fixture
def store(databases: Callable[[], Database]) -> PostgresStore:
    return PostgresStore(databases(), [TALLY], [TALLIES])


def write(store: PostgresStore) -> None:
    """A hundred facts, one of each name."""
    batch = Batch(codecs([TALLY]))
    known = store.load({f"tally/{name}": TALLY for name in NAMES})
    for name in NAMES:
        batch.decide(add(name, 1), cause(), known)
    assert isinstance(store.write(batch), Written)


def raise_era(connection: Connection, number: int) -> None:
    """As an operator does."""
    with connection.transaction():
        connection.execute("select from lane order by lane for update")
        connection.execute(
            "insert into era select %s, array_agg(head order by lane), now(), 'test' from lane",
            [number],
        )
        connection.execute("update lane set head = %s, turn = turn + 1", [number * ERA])


def sent(outbox: Outbox) -> list[tuple[int, int]]:
    """Relay all there is, to nobody; the positions in order."""
    outbox.share()
    told: list[tuple[int, int]] = []
    while stored := outbox.read(10):
        outbox.sent(stored)
        told += [(fact.lane, fact.sequence) for fact in stored]
    return told


@pytest.mark.integration
def test_facts_behind_a_raise_have_positions_of_the_new_era(store: PostgresStore) -> None:
    write(store)
    raise_era(store.database.connection, 1)
    write(store)
    for lane in range(LANES):
        positions = [fact.sequence for fact in store.read_lane(lane, 0, 1000)]
        half = len(positions) // 2
        assert positions == [*range(1, half + 1), *range(ERA + 1, ERA + half + 1)]


@pytest.mark.integration
def test_the_outbox_tells_what_lies_on_both_sides_of_a_raise_and_rests(
    store: PostgresStore, databases: Callable[[], Database]
) -> None:
    write(store)
    raise_era(store.database.connection, 1)
    raise_era(store.database.connection, 2)
    write(store)
    outbox = Outbox(databases(), "tally", 0)
    told = sent(outbox)
    assert len(told) == len(set(told)) == 200
    assert [sequence // ERA for _, sequence in told].count(2) == 100
    assert sum(outbox.backlog().values()) == 0


@pytest.mark.integration
def test_the_outbox_passes_a_raise_behind_which_nothing_came(
    store: PostgresStore, databases: Callable[[], Database], operations: Operations
) -> None:
    write(store)
    outbox = Outbox(databases(), "tally", 0)
    assert len(sent(outbox)) == 100
    raise_era(store.database.connection, 1)
    assert outbox.read(10) == []
    assert sum(outbox.backlog().values()) == 0
    assert {row["sent"] for row in operations.status()["lanes"]} == {ERA}


@pytest.mark.integration
def test_the_outbox_passes_no_raise_before_all_that_it_read_is_sent(
    store: PostgresStore, databases: Callable[[], Database], operations: Operations
) -> None:
    write(store)
    outbox = Outbox(databases(), "tally", 0)
    outbox.share()
    read = outbox.read(1000)
    raise_era(store.database.connection, 1)
    assert outbox.read(1000) == []
    assert operations.status()["relay_backlog"] >= 100
    outbox.sent(read)
    assert outbox.read(1000) == []
    assert operations.status()["relay_backlog"] == 0


@pytest.mark.integration
def test_the_status_counts_facts_not_positions(
    store: PostgresStore, databases: Callable[[], Database], operations: Operations
) -> None:
    write(store)
    raise_era(store.database.connection, 1)
    write(store)
    raise_era(store.database.connection, 4)
    write(store)
    status = operations.status()
    assert (status["era"], status["facts"], status["relay_backlog"]) == (4, 300, 300)
    sent(Outbox(databases(), "tally", 0))
    status = operations.status()
    assert (status["facts"], status["relay_backlog"]) == (300, 0)
