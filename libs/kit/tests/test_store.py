"""What every store promises: one suite, attacked through the double and through PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import psycopg
import pytest
from kit_tally import NOW, OPERATOR, TALLIES, TALLY, Added, Tally, add, cause

from inkoop_kit.batch import Batch, CommandRow, ParkedRow, Position, codecs
from inkoop_kit.lanes import LANES, lane_of
from inkoop_kit.memory import MemoryStore
from inkoop_kit.operations import Operations
from inkoop_kit.postgres import PostgresStore
from inkoop_kit.store import CommandKnown, OffsetConflict, Store, VersionConflict, Written
from inkoop_kit.streams import Ask, Original

NOWHERE = (0,) * LANES
CODECS = codecs([TALLY])


def batch_of(*asks: Ask[Tally, Added], store: Store) -> Batch:
    """These decisions on what the store holds now."""
    known = store.load({f"tally/{ask.key}": TALLY for ask in asks})
    batch = Batch(CODECS, [TALLIES])
    for number, ask in enumerate(asks):
        batch.decide(ask, cause(f"command/{number}"), known)
    return batch


def position(store: Store, lane: int, step: int = 1) -> Position:
    """A move by `step` from where the store is."""
    at = store.positions([("in", lane)], "c-1")["in", lane]
    return Position("in", lane, "c-1", at.next_offset, at.next_offset + step, at.seen)


def _doubly(tally: Tally, fact: Added) -> Tally:
    return Tally(tally.total + 2 * fact.number, 0)


class StoreContract:
    """The promises; `store` is fresh for each test."""

    def test_facts_come_back_in_order_with_dense_positions(self, store: Store) -> None:
        written = store.write(batch_of(add("a", 1), add("a", 2), add("b", 3), store=store))
        assert isinstance(written, Written)
        facts = store.read_stream("tally/a")
        assert [(f.version, f.sequence, f.data) for f in facts] == [
            (1, 1, '{"number":1}'),
            (2, 2, '{"number":2}'),
        ]
        assert facts[0].cause == "command/0"
        assert facts[0].occurred_at == NOW
        assert store.load({"tally/a": TALLY})["tally/a"].state == Tally(3, 2)

    def test_the_next_batch_goes_on_where_the_last_ended(self, store: Store) -> None:
        for number in range(1, 4):
            store.write(batch_of(add("a", number), store=store))
        facts = store.read_lane(lane_of("a"), 1, 10)
        assert [(f.sequence, f.version) for f in facts] == [(2, 2), (3, 3)]

    def test_a_stream_without_facts_is_not_there(self, store: Store) -> None:
        store.write(batch_of(add("a", 0), store=store))
        assert store.load({"tally/a": TALLY}) == {}

    def test_positions_move_with_the_facts(self, store: Store) -> None:
        batch = batch_of(add("a", 1), store=store)
        batch.positions.append(replace(position(store, 5, 3), seen=(7,) * LANES))
        store.write(batch)
        tracked = store.positions([("in", 5)], "c-1")["in", 5]
        assert (tracked.next_offset, tracked.seen) == (3, (7,) * LANES)

    def test_a_foreign_offset_refuses_everything(self, store: Store) -> None:
        stale = position(store, 5)
        batch = batch_of(store=store)
        batch.positions.append(stale)
        assert isinstance(store.write(batch), Written)
        late = batch_of(add("a", 1), store=store)
        late.positions.append(stale)
        assert isinstance(store.write(late), OffsetConflict)
        assert store.read_stream("tally/a") == []

    def test_a_position_that_was_never_taken_refuses_everything(self, store: Store) -> None:
        batch = batch_of(add("a", 1), store=store)
        batch.positions.append(Position("in", 3, "c-1", 0, 1, NOWHERE))
        assert isinstance(store.write(batch), OffsetConflict)

    def test_another_cluster_refuses_everything(self, store: Store) -> None:
        stale = position(store, 5)
        store.positions([("in", 5)], "c-2")
        batch = batch_of(add("a", 1), store=store)
        batch.positions.append(stale)
        assert isinstance(store.write(batch), OffsetConflict)

    def test_a_foreign_version_refuses_everything_and_names_the_stream(self, store: Store) -> None:
        late = batch_of(add("a", 1), add("b", 1), store=store)
        store.write(batch_of(add("a", 5), store=store))
        assert store.write(late) == VersionConflict(("tally/a",))
        assert store.read_stream("tally/b") == []

    def test_a_first_fact_that_was_beaten_refuses_everything(self, store: Store) -> None:
        first = batch_of(add("a", 1), store=store)
        second = batch_of(add("a", 2), store=store)
        assert isinstance(store.write(first), Written)
        assert isinstance(store.write(second), VersionConflict)

    def test_a_command_is_carried_out_once(self, store: Store) -> None:
        for number, expected in ((1, Written), (2, CommandKnown)):
            batch = batch_of(add("a", number), store=store)
            batch.commands.append(CommandRow("c", "f", "tally/a", number, number))
            assert isinstance(store.write(batch), expected)
        assert store.commands(["c", "d"]) == {"c": CommandRow("c", "f", "tally/a", 1, 1)}
        assert len(store.read_stream("tally/a")) == 1

    def test_a_new_cluster_begins_at_zero_but_remembers_what_was_seen(self, store: Store) -> None:
        batch = batch_of(store=store)
        batch.positions.append(replace(position(store, 5, 9), seen=(4,) * LANES))
        store.write(batch)
        tracked = store.positions([("in", 5)], "c-2")["in", 5]
        assert (tracked.cluster, tracked.next_offset, tracked.seen) == ("c-2", 0, (4,) * LANES)

    def test_a_state_of_another_shape_is_replayed(self, store: Store) -> None:
        store.write(batch_of(add("a", 1), add("a", 2), store=store))
        doubled = replace(TALLY, shape=2, evolve=_doubly)
        assert store.load({"tally/a": doubled})["tally/a"].state == Tally(6, 0)

    def test_parked_messages_wait_in_order_until_they_are_released(self, store: Store) -> None:
        batch = batch_of(store=store)
        batch.counts[2] = 0
        for offset, key in ((0, "k"), (1, "k"), (2, "other")):
            batch.parked.append(ParkedRow(2, "in", offset, key, "payload", "?", b"[]", b"\x00\xff"))
        store.write(batch)
        assert store.parked_keys([2]) == {(2, "in", "k"): 2, (2, "in", "other"): 1}
        assert store.parked_keys([3]) == {}
        assert store.release_asked([2]) == []

    def test_a_parked_message_is_released_once(self, store: Store) -> None:
        self._park(store, "k")
        for expected in (Written, OffsetConflict):
            batch = batch_of(add("a", 1), store=store)
            batch.released.append(1)
            assert isinstance(store.write(batch), expected)
        assert len(store.read_stream("tally/a")) == 1

    def test_a_key_that_fails_again_is_not_asked_for_any_more(self, store: Store) -> None:
        self._park(store, "k", "other", "k", "k")
        self._ask_release(store, 1, 2, 3, 4)
        assert [parked.id for parked in store.release_asked([2])] == [1, 2, 3, 4]
        batch = batch_of(store=store)
        batch.counts[2] = 0
        batch.released.append(1)
        batch.retried.append((3, "failed", "again"))
        assert isinstance(store.write(batch), Written)
        assert [parked.id for parked in store.release_asked([2])] == [2]
        assert store.parked_keys([2]) == {(2, "in", "k"): 2, (2, "in", "other"): 1}

    def _park(self, store: Store, *keys: str) -> None:
        batch = batch_of(store=store)
        batch.counts[2] = 0
        for offset, key in enumerate(keys):
            batch.parked.append(ParkedRow(2, "in", offset, key, "payload", "?", b"[]", b""))
        store.write(batch)

    def _ask_release(self, store: Store, *ids: int) -> None:
        raise NotImplementedError

    def test_an_original_is_kept_once(self, store: Store) -> None:
        original = Original("ab", "text/plain", b"\x00bytes")
        for number in (1, 2):
            ask = replace(add("a", number), originals=(original,))
            assert isinstance(store.write(batch_of(ask, store=store)), Written)


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore([TALLY])

    def _ask_release(self, store: Store, *ids: int) -> None:
        assert isinstance(store, MemoryStore)
        store.ask_release(ids)


@pytest.mark.integration
class TestPostgresStore(StoreContract):
    @pytest.fixture
    def store(self, stores: Callable[[], PostgresStore]) -> PostgresStore:
        return stores()

    def _ask_release(self, store: Store, *ids: int) -> None:
        assert isinstance(store, PostgresStore)
        Operations(store.database, store.database, []).release(ids)

    def test_text_that_postgresql_cannot_hold_is_made_holdable_in_views(
        self, store: PostgresStore
    ) -> None:
        batch = Batch(CODECS, [TALLIES])
        batch.counts[0] = 0
        batch.rows["tallies"] = {("x",): (0, ("a\0b", OPERATOR, 1, 1, NOW))}
        assert isinstance(store.write(batch), Written)

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
        first, second, watcher = stores(), stores(), stores()
        batch = batch_of(add("a", 1), store=first)
        late = batch_of(add("a", 2), store=second)
        blocker = stores().database.connection
        with ThreadPoolExecutor(2) as pool:
            with blocker.transaction():
                blocker.execute("select from lane for update")
                ahead = pool.submit(first.write, batch)
                behind = pool.submit(second.write, late)
                wait_for_locks(2, watcher)
            verdicts = [ahead.result(), behind.result()]
        assert sorted(type(v).__name__ for v in verdicts) == ["VersionConflict", "Written"]

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
