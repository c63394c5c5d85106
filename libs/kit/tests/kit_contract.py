"""What every store promises, whatever it stands on: the suite that each of them runs."""

from dataclasses import replace
from typing import Any

from kit_tally import NOW, PILE, TALLIES, TALLY, Added, Laid, Pile, Tally, add, cause, lay
from msgspec import structs

from inkoop_kit.batch import Batch, CommandRow, ParkedRow, Position, codecs
from inkoop_kit.lanes import LANES, lane_of
from inkoop_kit.store import CommandKnown, OffsetConflict, Store, VersionConflict, Written
from inkoop_kit.streams import Ask, Original, stream_of

NOWHERE = (0,) * LANES
CODECS = codecs([TALLY, PILE])


def batch_of(*asks: Ask[Any, Any], store: Store) -> Batch:
    """These decisions on what the store holds now."""
    known = store.load({stream_of(ask.kind.name, ask.key): ask.kind for ask in asks})
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


def _only_the_last(_: Pile, fact: Laid) -> Pile:
    return Pile((fact.text,))


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

    def test_a_large_state_is_kept_anew_when_the_facts_since_outweigh_it(
        self, store: Store
    ) -> None:
        store.write(batch_of(lay("p", "x" * 2330), store=store))
        kept: list[int] = []
        for number in range(2, 9):
            store.write(batch_of(lay("p", str(number)), add("a", number), store=store))
            pile = store.load({"pile/p": PILE})["pile/p"]
            assert pile.state == Pile(("x" * 2330, *map(str, range(2, number + 1))))
            assert pile.version == number
            kept.append(pile.kept.as_of)
        assert kept == [1, 1, 4, 4, 4, 7, 7]
        assert store.load({"tally/a": TALLY})["tally/a"].kept.as_of == 7

    def test_a_state_that_is_not_kept_anew_is_fenced_all_the_same(self, store: Store) -> None:
        store.write(batch_of(lay("p", "x" * 2330), store=store))
        late = batch_of(lay("p", "late"), store=store)
        store.write(batch_of(lay("p", "soon"), store=store))
        assert store.write(late) == VersionConflict(("pile/p",))

    def test_a_large_state_of_another_shape_is_replayed_from_the_first_fact(
        self, store: Store
    ) -> None:
        for text in ("x" * 2330, "y"):
            store.write(batch_of(lay("p", text), store=store))
        newest = replace(PILE, shape=2, evolve=_only_the_last)
        pile = store.load({"pile/p": newest})["pile/p"]
        assert (pile.state, pile.version, pile.kept.as_of) == (Pile(("y",)), 2, 0)

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

    def test_a_key_that_fails_again_leaves_its_namesakes_alone(self, store: Store) -> None:
        batch = batch_of(store=store)
        batch.counts[2] = 0
        for topic, key in (("in", "k"), ("in", "other"), ("out", "k")):
            batch.parked.append(ParkedRow(2, topic, 0, key, "payload", "?", b"[]", b""))
        store.write(batch)
        self._ask_release(store, 1, 2, 3)
        again = batch_of(store=store)
        again.counts[2] = 0
        again.retried.append((1, "failed", "again"))
        assert isinstance(store.write(again), Written)
        assert {parked.id for parked in store.release_asked([2])} == {2, 3}

    def test_a_refused_batch_leaves_nothing(self, store: Store) -> None:
        self._park(store, "k", "other", "k")
        self._ask_release(store, 1, 2, 3)
        store.write(batch_of(add("a", 1), lay("p", "x" * 2330), store=store))
        stale = position(store, 5)
        store.positions([("in", 5)], "c-2")
        before = self._everything(store)
        original = Original("ab", "text/plain", b"bytes")
        batch = batch_of(
            structs.replace(add("a", 2), originals=(original,)),
            add("b", 3),
            lay("p", "y"),
            store=store,
        )
        batch.positions.append(stale)
        batch.commands.append(CommandRow("c", "f", "tally/a", 2, 2))
        batch.counts[2] = 0
        batch.parked.append(ParkedRow(2, "in", 9, "new", "payload", "?", b"[]", b""))
        batch.released.append(1)
        batch.retried.append((2, "failed", "again"))
        assert isinstance(store.write(batch), OffsetConflict)
        assert self._everything(store) == before

    def _park(self, store: Store, *keys: str) -> None:
        batch = batch_of(store=store)
        batch.counts[2] = 0
        for offset, key in enumerate(keys):
            batch.parked.append(ParkedRow(2, "in", offset, key, "payload", "?", b"[]", b""))
        store.write(batch)

    def _ask_release(self, store: Store, *ids: int) -> None:
        raise NotImplementedError

    def _everything(self, store: Store) -> Any:
        """All that the store holds, in a form that can be compared."""
        raise NotImplementedError

    def test_an_original_is_kept_once(self, store: Store) -> None:
        original = Original("ab", "text/plain", b"\x00bytes")
        for number in (1, 2):
            ask = structs.replace(add("a", number), originals=(original,))
            assert isinstance(store.write(batch_of(ask, store=store)), Written)
