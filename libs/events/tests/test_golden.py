"""Every payload that was ever committed is read for ever, and means what it meant."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from inkoop_events.catalogue import EVENTS_BY_TYPE, event_class
from inkoop_events.schemas import event_schema

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_event_is_read_and_written_again_as_it_was(path: Path) -> None:
    event = msgspec.json.decode(path.read_bytes(), type=event_class(path.stem))
    assert as_far_as(json.loads(path.read_bytes()), json.loads(msgspec.json.encode(event)))


def as_far_as(committed: Any, written: Any) -> bool:
    """Everything committed is written again; fields that were added since do not count."""
    if isinstance(committed, dict):
        return all(as_far_as(value, written[name]) for name, value in committed.items())
    if isinstance(committed, list):
        return len(committed) == len(written) and all(map(as_far_as, committed, written))
    return bool(committed == written)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_event_is_valid_by_its_schema(path: Path) -> None:
    schema = event_schema(event_class(path.stem))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(path.read_bytes()))


def test_every_event_has_a_golden_file() -> None:
    assert {path.stem for path in GOLDEN} == EVENTS_BY_TYPE.keys()
