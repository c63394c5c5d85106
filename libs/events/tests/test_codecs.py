"""msgspec, pydantic and the committed JSON Schemas say the same of every event."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from inkoop_events.catalogue import EVENTS_BY_TYPE, event_class
from inkoop_events.generate import ROOT, SCHEMAS
from inkoop_events.schemas import event_schema

EVENTS = [entry.event for entry in EVENTS_BY_TYPE.values()]
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
DECIMALS = st.integers(-(10**15) + 1, 10**15 - 1).flatmap(
    lambda whole: st.integers(0, 10).map(lambda places: Decimal(whole).scaleb(-places))
)
LEAVES: dict[Any, SearchStrategy[Any]] = {
    Decimal: DECIMALS,
    date: st.dates(),
    bool: st.booleans(),
    int: st.integers(0, 10**12),
    str: TEXT,
    NoneType: st.none(),
}


def strategy_of(hint: Any) -> SearchStrategy[Any]:
    """Values of an annotation as it stands in an event class."""
    if hint in LEAVES:
        return LEAVES[hint]
    if hasattr(hint, "__metadata__"):
        return st.from_regex(hint.__metadata__[0].pattern)
    if hasattr(hint, "__supertype__"):
        return strategy_of(hint.__supertype__)
    if get_origin(hint) in (Union, UnionType):
        return st.one_of([strategy_of(argument) for argument in get_args(hint)])
    if get_origin(hint) is tuple:
        return st.lists(strategy_of(get_args(hint)[0]), max_size=3).map(tuple)
    return st.sampled_from(hint) if issubclass(hint, Enum) else instances_of(hint)


@cache
def instances_of(cls: type[Any]) -> SearchStrategy[Any]:
    """Instances of an event class or of a class of its lines."""
    hints = get_type_hints(cls, include_extras=True)
    return st.builds(cls, **{field.name: strategy_of(hints[field.name]) for field in fields(cls)})


adapter_of = cache(TypeAdapter[Any])


@cache
def validator_of(event: type[Any]) -> Draft202012Validator:
    """The committed schema, not the one that could be made now."""
    text = (ROOT / SCHEMAS / f"{event.TYPE}.json").read_text(encoding="utf-8")
    return Draft202012Validator(
        json.loads(text), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


@pytest.mark.parametrize("event", EVENTS)
@settings(max_examples=30)
@given(data=st.data())
def test_what_msgspec_writes_pydantic_reads_and_back(event: type[Any], data: st.DataObject) -> None:
    told = data.draw(instances_of(event))
    adapter = adapter_of(event)
    assert adapter.validate_json(msgspec.json.encode(told)) == told
    assert msgspec.json.decode(adapter.dump_json(told), type=event) == told


@pytest.mark.parametrize("event", EVENTS)
@settings(max_examples=30)
@given(data=st.data())
def test_what_msgspec_writes_is_valid_by_the_committed_schema(
    event: type[Any], data: st.DataObject
) -> None:
    told = data.draw(instances_of(event))
    validator_of(event).validate(json.loads(msgspec.json.encode(told)))


@pytest.mark.parametrize("event", EVENTS)
@settings(max_examples=30)
@given(data=st.data())
def test_a_field_of_tomorrow_is_ignored_by_all_three(event: type[Any], data: st.DataObject) -> None:
    told = data.draw(instances_of(event))
    payload = json.loads(msgspec.json.encode(told)) | {"of_tomorrow": {"deep": [1]}}
    text = json.dumps(payload).encode()
    assert msgspec.json.decode(text, type=event) == told
    assert adapter_of(event).validate_json(text) == told
    validator_of(event).validate(payload)


@pytest.mark.parametrize("event", EVENTS)
@settings(max_examples=30)
@given(data=st.data())
def test_an_event_without_its_optional_fields_has_their_defaults(
    event: type[Any], data: st.DataObject
) -> None:
    told = data.draw(instances_of(event))
    required = event_schema(event)["required"]
    payload = json.loads(msgspec.json.encode(told))
    bare = {name: value for name, value in payload.items() if name in required}
    read = msgspec.json.decode(json.dumps(bare).encode(), type=event)
    assert adapter_of(event).validate_python(read) == read
    validator_of(event).validate(bare)


Spoil = Callable[[dict[str, Any]], dict[str, Any]]
PLACED = "nl.inkoop.order.placed.v1"


def of_order(**changes: Any) -> Spoil:
    return lambda order: order | changes


def of_line(**changes: Any) -> Spoil:
    return lambda order: order | {"lines": [order["lines"][0] | changes]}


def without(name: str) -> Spoil:
    return lambda order: {key: value for key, value in order.items() if key != name}


@pytest.mark.parametrize(
    "spoil",
    [
        of_order(order=7),
        of_order(order=None),
        of_order(lines={}),
        of_order(lines=[7]),
        of_order(issued="gisteren"),
        of_order(currency="eur"),
        of_order(currency="EUR\n"),
        of_order(department="0000000182328844400"),
        of_order(department="00000001823288444000\n"),
        of_order(department="٠٠٠٠٠٠٠١٨٢٣٢٨٨٤٤٤٠٠٠"),
        of_line(quantity="veel"),
        of_line(quantity=True),
        of_line(quantity="NaN"),
        of_line(price="Infinity"),
        of_line(net="1E+999999"),
        without("supplier"),
    ],
)
def test_a_known_event_that_is_wrong_is_refused(spoil: Spoil) -> None:
    golden = ROOT / "libs/events/tests/golden" / f"{PLACED}.json"
    event, order = event_class(PLACED), json.loads(golden.read_text(encoding="utf-8"))
    assert msgspec.convert(order, event, strict=False)
    spoiled = json.dumps(spoil(order)).encode()
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(spoiled, type=event)
    with pytest.raises(ValidationError):
        adapter_of(event).validate_json(spoiled)
