"""The engine without Kafka: whatever is sent again, dropped or contested, each counts once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from kit_tally import (
    NOW,
    OPERATOR,
    TALLIES,
    TALLY,
    Added,
    Counted,
    Tally,
    add,
    cause,
    counted,
    hearing,
)

from inkoop_kit import batch as batch_module
from inkoop_kit.batch import Batch, codecs
from inkoop_kit.hearing import Heard, Hearing, Ignored, Recalled, Unreadable
from inkoop_kit.holding import Holding
from inkoop_kit.lanes import LANES, lane_of
from inkoop_kit.reading import OutOfPlace, Reading
from inkoop_kit.store import Written
from inkoop_kit.streams import Ask, Original, Refused, Told
from inkoop_kit.testing.memory import MemoryStore

TOPIC, CLUSTER = "in", "c-1"
NAMES = ("a", "b", "c", "d")
PAIRS = [(TOPIC, lane) for lane in range(LANES)]
EVERY_LANE = list(range(LANES))


def holding_of(store: MemoryStore) -> Holding:
    """What a processor knows when it takes over all lanes."""
    holding = Holding(Reading(hearing(TOPIC), codecs([TALLY]), [TALLIES]), cache=3)
    holding.take_over(store.positions(PAIRS, CLUSTER), store.parked_keys(EVERY_LANE))
    return holding


def decide(holding: Holding, store: MemoryStore, messages: Sequence[Recalled]) -> Batch:
    """The batch of these messages, as a processor makes it."""
    heard = holding.hear(messages)
    holding.learn(store.load(holding.missing(heard)))
    return holding.decide(heard)[0]


@dataclass
class Log:
    """A topic: messages by lane, each at the offset of its place."""

    lanes: dict[int, list[Recalled]] = field(default_factory=dict)

    def append(self, message: Recalled) -> None:
        lane = self.lanes.setdefault(message.partition, [])
        lane.append(replace(message, offset=len(lane)))

    def behind(self, holding: Holding) -> list[Recalled]:
        """What a consumer at these positions gets, lane by lane."""
        return [
            message
            for lane, messages in sorted(self.lanes.items())
            for message in messages[holding.progress[TOPIC, lane].next_offset :]
        ]


class Contested(RuleBasedStateMachine):
    """Two processors that both believe they hold every lane, on one store."""

    @initialize()
    def start(self) -> None:
        self.store = MemoryStore([TALLY])
        self.log = Log()
        self.sent: Counter[str] = Counter()
        self.sequences: Counter[int] = Counter()
        self.holdings = [holding_of(self.store), holding_of(self.store)]

    @rule(name=st.sampled_from(NAMES), number=st.integers(0, 9), twice=st.booleans())
    def send(self, name: str, number: int, twice: bool) -> None:
        """The publisher tells, sometimes twice, as a restarted relay does."""
        lane = lane_of(name)
        self.sequences[lane] += 1
        message = counted(TOPIC, self.sequences[lane], name, number, source_lane=lane)
        self.sent[name] += number
        for _ in range(2 if twice else 1):
            self.log.append(message)

    @rule(who=st.integers(0, 1), most=st.integers(1, 5))
    def read(self, who: int, most: int) -> None:
        """One of them reads on; when the other was first, it drops all and starts again."""
        messages = self.log.behind(self.holdings[who])[:most]
        batch = decide(self.holdings[who], self.store, messages)
        if not isinstance(self.store.write(batch), Written):
            self.holdings[who] = holding_of(self.store)

    @rule(who=st.integers(0, 1), most=st.integers(1, 5))
    def die_before_writing(self, who: int, most: int) -> None:
        """One of them decides and is killed."""
        messages = self.log.behind(self.holdings[who])[:most]
        decide(self.holdings[who], self.store, messages)
        self.holdings[who] = holding_of(self.store)

    @rule(name=st.sampled_from(NAMES))
    def write_by_http(self, name: str) -> None:
        """A command writes the same stream."""
        batch = Batch(codecs([TALLY]), [TALLIES])
        batch.decide(add(name, 1), cause(), self.store.load({f"tally/{name}": TALLY}))
        assert isinstance(self.store.write(batch), Written)
        self.sent[name] += 1

    @invariant()
    def positions_are_dense(self) -> None:
        for lane in EVERY_LANE:
            facts = self.store.read_lane(lane, 0, 10_000)
            assert [fact.sequence for fact in facts] == list(range(1, len(facts) + 1))

    def teardown(self) -> None:
        """Let one of them read to the end: all was counted once, and the view says so."""
        holding = holding_of(self.store)
        self.store.write(decide(holding, self.store, self.log.behind(holding)))
        streams = {f"tally/{name}": TALLY for name in NAMES}
        totals = {
            stream.removeprefix("tally/"): current.state.total
            for stream, current in self.store.load(streams).items()
        }
        assert {name: n for name, n in totals.items() if n} == {
            name: n for name, n in self.sent.items() if n
        }
        shown = {key[0]: row[2] for key, (_, row) in self.store.rows.get("tallies", {}).items()}
        assert shown == totals


TestContested = Contested.TestCase
TestContested.settings = settings(max_examples=60, stateful_step_count=40)


def test_a_message_before_its_place_is_out_of_place() -> None:
    holding = holding_of(MemoryStore([TALLY]))
    holding.hear([counted(TOPIC, 1, "a", offset=0)])
    with pytest.raises(OutOfPlace):
        holding.hear([counted(TOPIC, 2, "a", offset=0)])


def test_a_gap_is_out_of_place_but_for_the_first_after_a_seek() -> None:
    holding = holding_of(MemoryStore([TALLY]))
    holding.hear([counted(TOPIC, 1, "a", offset=7)])
    with pytest.raises(OutOfPlace):
        holding.hear([counted(TOPIC, 2, "a", offset=9)])


def test_the_cache_keeps_the_streams_used_last() -> None:
    store = MemoryStore([TALLY])
    holding = holding_of(store)
    for number, name in enumerate(("a", "b", "c", "d", "a")):
        offset = 1 if number == 4 else 0
        store.write(decide(holding, store, [counted(TOPIC, number + 1, name, offset=offset)]))
    heard = holding.hear([counted(TOPIC, 9, name, offset=o) for name, o in (("b", 1), ("d", 1))])
    assert set(holding.missing(heard)) == {"tally/b"}


def test_a_message_that_cannot_be_written_is_set_aside_when_it_comes_again() -> None:
    store = MemoryStore([TALLY])
    holding = holding_of(store)
    message = counted(TOPIC, 1, "a")
    holding.cannot_be_written(message, "too odd")
    assert isinstance(store.write(decide(holding, store, [message])), Written)
    [parked] = store.parked.values()
    assert (parked.row.reason, parked.row.detail) == ("unwritable", "too odd")


def test_a_fact_too_large_for_a_message_is_refused_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch_module, "MAX_FACT", 10)
    batch = Batch(codecs([TALLY]))
    with pytest.raises(Refused) as refused:
        batch.decide(add("a", 10**9), cause(), {})
    assert refused.value.code == "TOO_LARGE"
    assert (batch.facts, batch.streams, batch.lanes) == ([], {}, [])


def test_a_bug_in_a_view_leaves_nothing_of_the_decision_behind() -> None:
    def rows(told: Told[Tally, Added]) -> Iterable[tuple[object, ...]]:
        if told.state.total > 9:
            raise RuntimeError("a bug")
        yield told.key, OPERATOR, told.state.total, told.state.count, NOW

    batch = Batch(codecs([TALLY]), [replace(TALLIES, rows=rows)])
    original = Original("ab", "text/plain", b"x")
    with pytest.raises(RuntimeError):
        batch.decide(Ask(TALLY, "a", lambda _: (Added(5), Added(5)), (original,)), cause(), {})
    assert (batch.facts, batch.streams, batch.lanes) == ([], {}, [])
    assert (batch.rows, batch.originals) == ({}, {})


def test_what_is_unreadable_and_sent_again_is_set_aside_once() -> None:
    store = MemoryStore([TALLY])
    holding = holding_of(store)
    message = replace(counted(TOPIC, 1, "a"), value=b"?")
    store.write(decide(holding, store, [message, replace(message, offset=1)]))
    assert [parked.row.reason for parked in store.parked.values()] == ["payload"]


def test_a_sequence_that_no_store_can_hold_is_no_envelope() -> None:
    message = counted(TOPIC, 2**63, "a")
    assert isinstance(heard := hearing(TOPIC).hear(message), Unreadable)
    assert heard.reason == "envelope"


def test_a_header_without_a_value_makes_a_message_unreadable() -> None:
    empty = cast(
        "bytes", None
    )  # Kafka has null for a header's value, whatever aiokafka's types say
    message = replace(counted(TOPIC, 1, "a"), headers=(("x", empty),))
    store = MemoryStore([TALLY])
    store.write(decide(holding_of(store), store, [message]))
    assert [parked.row.reason for parked in store.parked.values()] == ["envelope"]


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_no_bytes_make_hearing_fail(value: bytes, header: bytes) -> None:
    message = counted(TOPIC, 1, "a")
    headers = (*message.headers[:-1], ("ce_time", header))
    for tried in (replace(message, value=value), replace(message, headers=headers)):
        assert isinstance(hearing(TOPIC).hear(tried), Heard | Ignored | Unreadable)


def test_a_type_that_nobody_acts_on_is_ignored_and_one_for_another_topic_too() -> None:
    message = replace(counted("other", 1, "a"), topic="other")
    assert isinstance(hearing(TOPIC).hear(message), Ignored)
    assert isinstance(Hearing([]).hear(counted(TOPIC, 1, "a")), Ignored)
    assert Counted.TYPE.endswith(".v1")


def test_a_refusal_carries_its_code() -> None:
    with pytest.raises(Refused) as refused:
        Batch(codecs([TALLY])).decide(add("a", -1), cause(), {})
    assert refused.value.code == "NEGATIVE"


def test_kafka_is_told_of_what_moved_since_it_was_told() -> None:
    store = MemoryStore([TALLY])
    holding, lane = holding_of(store), lane_of("a")
    assert holding.untold() == dict.fromkeys(PAIRS, 0)
    holding.tell(holding.untold())
    assert holding.untold() == {}
    decide(holding, store, [replace(counted(TOPIC, 1, "a", source_lane=lane), offset=0)])
    assert holding.untold() == {(TOPIC, lane): 1}
    holding.tell({(TOPIC, lane): 1, ("given.away", 0): 7})
    assert holding.untold() == {}


def test_who_takes_over_tells_all_of_it() -> None:
    store = MemoryStore([TALLY])
    holding = holding_of(store)
    holding.tell(holding.untold())
    holding.take_over(store.positions(PAIRS, CLUSTER), {})
    assert holding.untold() == dict.fromkeys(PAIRS, 0)
