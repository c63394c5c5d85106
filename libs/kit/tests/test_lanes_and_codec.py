"""Keys to lanes as Kafka does it, and facts that outlive their classes."""

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from aiokafka.partitioner import murmur2 as kafkas
from hypothesis import given
from hypothesis import strategies as st
from kit_tally import TALLY, Added, Tally

from inkoop_kit.codec import Codec, UnknownFact
from inkoop_kit.lanes import LANES, lane_of, murmur2
from inkoop_kit.streams import Kind


@given(st.binary(max_size=100))
def test_our_murmur2_is_kafkas(data: bytes) -> None:
    assert murmur2(data) == kafkas(data) & 0xFFFFFFFF


@given(st.text(max_size=50))
def test_a_key_has_one_lane_of_24(key: str) -> None:
    assert 0 <= lane_of(key) < LANES
    assert lane_of(key) == (kafkas(key.encode()) & 0x7FFFFFFF) % LANES


@dataclass(frozen=True, slots=True)
class AddedTwice:
    """The third shape of Added."""

    TYPE: ClassVar[str] = "added"
    VERSION: ClassVar[int] = 3

    number: int
    unit: str


def _rename(old: dict[str, Any]) -> dict[str, Any]:
    return {"number": old["n"]}


def _name_unit(old: dict[str, Any]) -> dict[str, Any]:
    return {**old, "unit": "piece"}


def _evolve(tally: Tally, fact: AddedTwice) -> Tally:
    return Tally(tally.total + fact.number, tally.count + 1)


LATER: Kind[Tally, AddedTwice] = Kind(
    "tally",
    (AddedTwice,),
    Tally,
    _evolve,
    upcast={("added", 1): _rename, ("added", 2): _name_unit},
)


def test_an_old_fact_is_cast_up_step_by_step() -> None:
    codec = Codec(LATER)
    assert codec.decode("added", 1, '{"n":5}') == AddedTwice(5, "piece")
    assert codec.decode("added", 2, '{"number":5}') == AddedTwice(5, "piece")
    assert codec.decode("added", 3, '{"number":5,"unit":"box"}') == AddedTwice(5, "box")


@pytest.mark.parametrize(("type_", "schema"), [("added", 2), ("removed", 1), ("added", 0)])
def test_a_fact_that_no_code_reads_is_said_by_name(type_: str, schema: int) -> None:
    with pytest.raises(UnknownFact, match=f"{type_} version {schema}"):
        Codec(TALLY).decode(type_, schema, '{"number":1}')


@given(st.integers(-(2**62), 2**62))
def test_what_is_written_is_read(number: int) -> None:
    codec = Codec(TALLY)
    assert codec.decode("added", 1, codec.encode(Added(number))) == Added(number)
    state = Tally(number, 3)
    assert codec.decode_state(codec.encode_state(state)) == state
