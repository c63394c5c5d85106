"""Every fact that was ever stored can be read for ever."""

import json
from dataclasses import fields
from pathlib import Path

import msgspec
import pytest

from inkoop_kit.codec import Codec
from inkoop_matching.application.matching import CASE

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_stored_fact_of_any_version_is_read(path: Path) -> None:
    type_, version, _ = path.name.split(".")
    fact = Codec(CASE).decode(type_, int(version.removeprefix("v")), path.read_bytes())
    assert type_ == fact.TYPE


@pytest.mark.parametrize("fact", CASE.facts, ids=lambda fact: fact.TYPE)
def test_the_golden_file_of_todays_version_holds_every_field(fact: type) -> None:
    path = GOLDEN / f"{fact.TYPE}.v{fact.VERSION}.json"
    stored = json.loads(path.read_bytes())
    assert set(stored) == {field.name for field in fields(fact)}
    assert json.loads(msgspec.json.encode(msgspec.convert(stored, fact))) == stored
