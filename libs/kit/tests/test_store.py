"""What every store promises, of the double and of PostgreSQL; and what only the latter can."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import partial
from importlib.resources import files
from typing import Any

import psycopg
import pytest
from kit_contract import CODECS, StoreContract, batch_of, position
from kit_tally import NOW, OPERATOR, PILE, TALLIES, TALLY, Tally, add

from inkoop_kit.batch import Batch
from inkoop_kit.lanes import lane_of
from inkoop_kit.operations import Operations
from inkoop_kit.postgres import PostgresStore
from inkoop_kit.store import OffsetConflict, Store, Verdict, Written
from inkoop_kit.testing.memory import MemoryStore
from inkoop_local.database import ServiceDatabase

TABLES = ("lane", "tracking", "event", "state", "command", "parked", "original", "tallies")


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore([TALLY, PILE])

    def _ask_release(self, store: Store, *ids: int) -> None:
        assert isinstance(store, MemoryStore)
        store.ask_release(ids)

    def _everything(self, store: Store) -> Any:
        held = vars(store).items()
        return deepcopy({name: value for name, value in held if not name.startswith("_")})


@pytest.mark.integration
class TestPostgresStore(StoreContract):
    @pytest.fixture
    def store(self, stores: Callable[[], PostgresStore]) -> PostgresStore:
        return stores()

    def _ask_release(self, store: Store, *ids: int) -> None:
        assert isinstance(store, PostgresStore)
        Operations(store.database, store.database, []).release(ids)

    def _everything(self, store: Store) -> Any:
        assert isinstance(store, PostgresStore)
        ask = store.database.connection.execute
        return {
            table: sorted(map(repr, ask(f"select * from {table}".encode()).fetchall()))
            for table in TABLES
        }

    def test_text_that_postgresql_cannot_hold_is_made_holdable_in_views(
        self, store: PostgresStore
    ) -> None:
        batch = Batch(CODECS, [TALLIES])
        batch.counts[0] = 0
        batch.rows["tallies"] = {("x",): (0, ("a\0b", OPERATOR, 1, 1, NOW))}
        assert isinstance(store.write(batch), Written)

    def test_states_of_before_they_were_kept_seldom_are_taken_over(
        self, store: PostgresStore, schema: ServiceDatabase
    ) -> None:
        store.write(batch_of(add("a", 1), add("a", 2), store=store))
        migration = files("inkoop_kit") / "migrations" / "0004_kept_states.sql"
        options = "-c search_path=tally"
        with psycopg.connect(schema.owner_url, autocommit=True, options=options) as owner:
            owner.execute("alter table state drop column as_of")
            owner.execute(migration.read_text().encode())
        fresh = PostgresStore(store.database.another(), [TALLY], [TALLIES])
        assert isinstance(fresh.write(batch_of(add("a", 3), store=fresh)), Written)
        now = fresh.load({"tally/a": TALLY})["tally/a"]
        fresh.database.close()
        assert (now.state, now.version, now.kept.as_of) == (Tally(6, 3), 3, 3)

    def test_the_service_role_cannot_rewrite_history(self, store: PostgresStore) -> None:
        store.write(batch_of(add("a", 1), store=store))
        connection = store.database.connection
        for statement in ("update event set data = ''", "delete from event", "drop table event"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())

    def test_a_writer_that_waited_for_the_lane_sees_what_was_written(
        self, stores: Callable[[], PostgresStore]
    ) -> None:
        """The statement's snapshot is older than its lock: only the turn tells (design D3)."""
        first, second = stores(), stores()
        batches = batch_of(add("a", 1), store=first), batch_of(add("a", 2), store=second)
        verdicts = both_wait(stores, first, second, *batches)
        assert sorted(type(v).__name__ for v in verdicts) == ["VersionConflict", "Written"]

    def test_a_reader_that_waited_for_the_lane_sees_how_far_was_read(
        self, stores: Callable[[], PostgresStore]
    ) -> None:
        """No key of a table stands behind this one: two streams, one position."""
        first, second = stores(), stores()
        batches = batch_of(add("a", 1), store=first), batch_of(add("b", 1), store=second)
        for batch in batches:
            batch.positions.append(position(first, 5))
        verdicts = both_wait(stores, first, second, *batches)
        assert sorted(type(v).__name__ for v in verdicts) == ["OffsetConflict", "Written"]
        assert len(first.read_stream("tally/a") + first.read_stream("tally/b")) == 1

    def test_a_batch_of_the_last_cluster_moves_no_position_in_the_new_one(
        self, stores: Callable[[], PostgresStore]
    ) -> None:
        late, other, watcher = stores(), stores(), stores()
        batch = batch_of(add("a", 1), store=late)
        batch.positions.append(position(late, lane_of("a"), 5))
        blocker = stores().database.connection
        with ThreadPoolExecutor(2) as pool:
            with blocker.transaction():
                blocker.execute("select from lane for update")
                behind = pool.submit(late.write, batch)
                wait_for_locks(1, watcher)
                new = pool.submit(other.positions, [("in", lane_of("a"))], "c-2")
                wait_for_locks(2, watcher, new.done)
            assert isinstance(behind.result(), Written | OffsetConflict)
            new.result()
        tracked = other.positions([("in", lane_of("a"))], "c-2")["in", lane_of("a")]
        assert (tracked.cluster, tracked.next_offset) == ("c-2", 0)

    def test_the_server_looks_for_clients_that_are_gone(self, store: PostgresStore) -> None:
        """Else a lost replica keeps its session's locks for the two hours of the system."""
        connection = store.database.connection
        for name, value in (("idle", "5"), ("interval", "2"), ("count", "3")):
            shown = connection.execute(f"show tcp_keepalives_{name}".encode()).fetchone()
            assert shown == (value,)


def both_wait(
    stores: Callable[[], PostgresStore],
    first: PostgresStore,
    second: PostgresStore,
    batch: Batch,
    other: Batch,
) -> list[Verdict]:
    """Two write at once, both held up before the lane until both stand there."""
    watcher, blocker = stores(), stores().database.connection
    with ThreadPoolExecutor(2) as pool:
        with blocker.transaction():
            blocker.execute("select from lane for update")
            writing = [pool.submit(first.write, batch), pool.submit(second.write, other)]
            wait_for_locks(2, watcher)
        return [one.result() for one in writing]


def wait_for_locks(
    waiting: int, watcher: PostgresStore, done: Callable[[], bool] = lambda: False
) -> None:
    """Until so many statements wait for a lock, or this is done; outside any transaction."""
    query = (
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        " and datname = current_database()"
    )
    ask = partial(watcher.database.connection.execute, query)
    while (row := ask().fetchone()) and row[0] < waiting and not done():
        pass
