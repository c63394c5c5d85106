"""What becomes of each message of a poll, and of one that is released: word, reason, place."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from kit_tally import NOW, OPERATOR, TALLIES, TALLY, Added, Counted, Tally, add, cause, counted

from inkoop_kit import batch as batch_module
from inkoop_kit.batch import Batch, Position, codecs
from inkoop_kit.codec import decode_meta, encode_meta
from inkoop_kit.hearing import Hearing, Recalled, Subscription, set_aside
from inkoop_kit.holding import Holding
from inkoop_kit.lanes import LANES, lane_of
from inkoop_kit.reading import OutOfPlace, Reading, Result
from inkoop_kit.store import Parked, Written
from inkoop_kit.streams import Ask, Cause, Refused, Told
from inkoop_kit.testing.memory import MemoryStore

TOPIC, CLUSTER = "in", "c-1"
LANE = lane_of("a")
PAIRS = [(TOPIC, lane) for lane in range(LANES)]


def count_below_ten(event: Counted, _: Cause) -> Ask[Tally, Added]:
    """Adds while the tally stays under ten; 7 is a bug, there is no other refusal."""

    def decide(tally: Tally) -> Iterable[Added]:
        if event.number == 7:
            raise RuntimeError("a bug")
        if tally.total + event.number >= 10:
            raise Refused("TOO_MUCH", f"{tally.total} and {event.number} is ten or more")
        yield Added(event.number)

    return Ask(TALLY, event.name, decide)


def holding_of(store: MemoryStore, cache: int = 9) -> Holding:
    hearing = Hearing([Subscription(TOPIC, Counted, count_below_ten)])
    holding = Holding(Reading(hearing, codecs([TALLY]), [TALLIES]), cache)
    holding.take_over(store.positions(PAIRS, CLUSTER), store.parked_keys(range(LANES)))
    return holding


def decide(holding: Holding, store: MemoryStore, *messages: Recalled) -> tuple[Batch, list[Result]]:
    heard = holding.hear(messages)
    holding.learn(store.load(holding.missing(heard)))
    return holding.decide(heard)


def parked(number: int, message: Recalled) -> Parked:
    return Parked(number, set_aside(message, "?", "?"))


def released(*messages: Recalled, store: MemoryStore) -> tuple[Batch, list[Result]]:
    holding = holding_of(store)
    waiting = [parked(number, message) for number, message in enumerate(messages, 1)]
    holding.learn(store.load(holding.missing_for(waiting)))
    return holding.release(waiting)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore([TALLY])


def test_every_message_has_one_word_and_a_decision_its_facts(store: MemoryStore) -> None:
    good = counted(TOPIC, 1, "a", 2)
    again = replace(good, offset=1)
    strange = replace(counted(TOPIC, 2, "a", offset=2), headers=strange_headers())
    bad = counted(TOPIC, 9, "a", 8, offset=3)
    _, results = decide(holding_of(store), store, good, again, strange, bad)
    assert [(one.message, one.word) for one in results] == [
        (good, "ok"),
        (again, "duplicate"),
        (strange, "ignored"),
        (bad, "parked"),
    ]
    assert results[0].heard is not None
    assert [tuple(one.facts) for one in results] == [(Added(2),), (), (), ()]


def strange_headers() -> tuple[tuple[str, bytes], ...]:
    headers = dict(counted(TOPIC, 8, "a").headers)
    return tuple((headers | {"ce_type": b"nl.inkoop.thing.lost.v1"}).items())


def test_a_message_is_set_aside_with_its_reason_and_all_of_its_key_behind_it(
    store: MemoryStore,
) -> None:
    too_much = counted(TOPIC, 1, "a", 12)
    bug = counted(TOPIC, 1, "b", 7, source_lane=1)
    behind = counted(TOPIC, 2, "a", 1, offset=1)
    batch, _ = decide(holding_of(store), store, too_much, bug, behind)
    assert [(row.key, row.reason, row.detail) for row in batch.parked] == [
        ("a", "TOO_MUCH", "0 and 12 is ten or more"),
        ("b", "failed", "RuntimeError('a bug')"),
        ("a", "behind", "a message of the same key is parked before it"),
    ]


def test_what_came_before_its_key_was_set_aside_counts(store: MemoryStore) -> None:
    messages = [counted(TOPIC, n, "a", number, offset=n - 1) for n, number in ((1, 4), (2, 9))]
    batch, results = decide(holding_of(store), store, *messages)
    assert [one.word for one in results] == ["ok", "parked"]
    assert len(batch.facts) == len(batch.parked) == 1


def test_messages_set_aside_are_counted_by_lane(store: MemoryStore) -> None:
    holding = holding_of(store)
    messages = [counted(TOPIC, n, "a", 12, offset=n - 1) for n in (1, 2, 3)]
    store.write(decide(holding, store, *messages)[0])
    assert holding.parked == {(LANE, TOPIC, "a"): 3}
    store.write(decide(holding, store, counted(TOPIC, 4, "a", 1, offset=3))[0])
    assert holding.parked_in() == {LANE: 4}
    assert holding_of(store).parked_in() == {LANE: 4}


def test_keys_of_one_lane_are_counted_together(store: MemoryStore) -> None:
    holding = holding_of(store)
    holding.parked = {(1, TOPIC, "x"): 2, (1, TOPIC, "y"): 3, (2, TOPIC, "z"): 1}
    assert holding.parked_in() == {1: 5, 2: 1}


def test_who_holds_nothing_has_nothing_to_tell() -> None:
    fresh = Holding(Reading(Hearing([]), codecs([TALLY]), []), 9)
    assert (fresh.progress, fresh.parked, fresh.parked_in()) == ({}, {}, {})


def test_a_batch_is_decided_on_the_one_before_it_while_that_is_written(
    store: MemoryStore,
) -> None:
    holding = holding_of(store)
    first, _ = decide(holding, store, counted(TOPIC, 1, "a", 4))
    second, _ = decide(holding, store, counted(TOPIC, 2, "a", 5, offset=1))
    third, results = decide(holding, store, counted(TOPIC, 3, "a", 1, offset=2))
    assert [one.word for one in results] == ["parked"]
    seen = tuple(2 if lane == 0 else 0 for lane in range(LANES))
    assert second.positions == [Position(TOPIC, LANE, CLUSTER, 1, 2, seen)]
    assert all(isinstance(store.write(one), Written) for one in (first, second, third))
    assert store.load({"tally/a": TALLY})["tally/a"].state == Tally(9, 2)


def test_a_stream_that_is_written_counts_as_used(store: MemoryStore) -> None:
    holding = holding_of(store, cache=2)
    holding.learn({})
    for n, name in enumerate(("a", "b", "a", "c"), 1):
        offset = 1 if n == 3 else 0
        store.write(decide(holding, store, counted(TOPIC, n, name, 1, offset=offset))[0])
    heard = holding.hear(
        [counted(TOPIC, 9, "a", 1, offset=2), counted(TOPIC, 10, "b", 1, offset=1)]
    )
    assert set(holding.missing(heard)) == {"tally/b"}


def test_one_that_cannot_be_written_leaves_the_others_alone_and_is_not_new_again(
    store: MemoryStore,
) -> None:
    holding = holding_of(store)
    odd, good = counted(TOPIC, 1, "a", 1), counted(TOPIC, 1, "b", 1, source_lane=1)
    holding.cannot_be_written(odd, "too odd")
    _, results = decide(holding, store, good, odd, replace(odd, offset=1))
    assert [one.word for one in results] == ["ok", "parked", "duplicate"]


def test_a_message_out_of_place_says_where_it_stands(store: MemoryStore) -> None:
    holding = holding_of(store)
    holding.hear([counted(TOPIC, 1, "a")])
    with pytest.raises(OutOfPlace, match=rf"in/{LANE}: expected offset 1, got 5"):
        holding.hear([counted(TOPIC, 2, "a", offset=5)])


def test_a_released_message_is_carried_out(store: MemoryStore) -> None:
    message = counted(TOPIC, 1, "a", 3)
    message = replace(message, headers=tuple(message.headers))
    batch, [result] = released(message, store=store)
    assert (batch.released, batch.retried) == ([1], [])
    assert (result.word, tuple(result.facts)) == ("ok", (Added(3),))
    assert result.message == message
    assert [position.expected for position in batch.positions] == [0]
    assert [row[2] for _, row in batch.rows["tallies"].values()] == [3]


def test_a_key_stops_at_its_first_failure_and_the_others_go_on(store: MemoryStore) -> None:
    bug, behind = counted(TOPIC, 1, "a", 7), counted(TOPIC, 2, "a", 1)
    good = counted(TOPIC, 3, "b", 1)
    batch, results = released(bug, behind, good, store=store)
    assert batch.retried == [(1, "failed", "RuntimeError('a bug')")]
    assert (batch.released, [one.word for one in results]) == ([3], ["ok"])


def test_a_release_is_decided_on_the_state_in_the_store(store: MemoryStore) -> None:
    batch = Batch(codecs([TALLY]), [TALLIES])
    batch.decide(add("a", 8), cause(), {})
    store.write(batch)
    again, _ = released(counted(TOPIC, 1, "a", 3), store=store)
    assert again.retried == [(1, "TOO_MUCH", "8 and 3 is ten or more")]
    assert [fact.version for fact in released(counted(TOPIC, 1, "a", 1), store=store)[0].facts] == [
        2
    ]


def test_what_is_still_unreadable_stays_and_what_nobody_acts_on_goes(store: MemoryStore) -> None:
    unreadable = replace(counted(TOPIC, 1, "a"), value=b"?")
    strange = replace(counted(TOPIC, 2, "b"), headers=strange_headers())
    batch, results = released(unreadable, strange, store=store)
    assert [(number, reason) for number, reason, _ in batch.retried] == [(1, "payload")]
    assert (batch.released, results) == ([2], [])


def test_a_long_reason_is_cut_off(store: MemoryStore) -> None:
    message = replace(counted(TOPIC, 1, "a"), headers=(("ce_id", b"x" * 9000),))
    [(_, _, detail)] = released(message, store=store)[0].retried
    assert len(detail) <= 2000


def test_a_lane_that_is_not_held_is_released_without_a_fence(store: MemoryStore) -> None:
    holding = holding_of(store)
    holding.take_over({}, {})
    batch, _ = holding.release([parked(1, counted(TOPIC, 1, "a", 1))])
    assert (batch.released, batch.positions) == ([1], [])


def test_a_view_is_told_the_fact_in_its_place() -> None:
    heard: list[Told[Tally, Added]] = []

    def rows(told: Told[Tally, Added]) -> Iterable[tuple[object, ...]]:
        heard.append(told)
        yield told.key, OPERATOR, told.state.total, told.state.count, NOW

    batch = Batch(codecs([TALLY]), [replace(TALLIES, rows=rows)])
    batch.decide(Ask(TALLY, "a", lambda _: (Added(5), Added(6))), cause(), {})
    assert heard == [
        Told("a", LANE, 1, Added(5), Tally(5, 1), cause()),
        Told("a", LANE, 2, Added(6), Tally(11, 2), cause()),
    ]


def test_a_view_makes_rows_only_of_the_facts_that_it_names() -> None:
    batch = Batch(codecs([TALLY]), [replace(TALLIES, only=(Tally,))])
    batch.decide(add("a", 1), cause(), {})
    assert batch.facts
    assert not batch.rows


def test_a_row_that_does_not_fit_its_view_is_a_bug() -> None:
    def rows(told: Told[Tally, Added]) -> Iterable[tuple[object, ...]]:
        yield told.key, OPERATOR

    batch = Batch(codecs([TALLY]), [replace(TALLIES, rows=rows)])
    with pytest.raises(ValueError, match="this row 2"):
        batch.decide(add("a", 1), cause(), {})


def test_a_fact_of_the_greatest_size_passes_and_one_more_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch_module, "MAX_FACT", len('{"number":10}'))
    batch = Batch(codecs([TALLY]))
    assert batch.decide(add("a", 10), cause(), {}) == [Added(10)]
    with pytest.raises(Refused, match="added is 14 bytes, at most 13 pass"):
        batch.decide(add("a", 100), cause(), {})


def test_who_caused_a_fact_is_kept_with_it() -> None:
    who = Cause("command/1", "jan", OPERATOR, "c-1", NOW, "00-1-2-01")
    meta = decode_meta(encode_meta(who))
    assert (meta.actor, meta.organisation) == ("jan", OPERATOR)
    assert (meta.correlation, meta.trace) == ("c-1", "00-1-2-01")


def test_decisions_in_one_lane_are_counted_together() -> None:
    batch = Batch(codecs([TALLY]))
    batch.decide(add("a", 1), cause(), {})
    batch.decide(Ask(TALLY, "a", lambda _: (Added(2), Added(3))), cause(), {})
    assert batch.counts == {LANE: 3}
    assert [fact.ordinal for fact in batch.facts] == [1, 2, 3]
