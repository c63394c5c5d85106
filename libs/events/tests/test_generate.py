"""The committed files are what the classes say, and a broken promise is refused."""

import json
import shutil
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from inkoop_events.catalogue import EVENTS_BY_TYPE, TOPICS, asyncapi, services
from inkoop_events.compatibility import breaks
from inkoop_events.envelope import Envelope, source_of, to_headers
from inkoop_events.generate import ASYNCAPI, ROOT, SCHEMAS, main
from inkoop_events.headers import headers_schema
from inkoop_events.schemas import event_schema

DECIDED = "nl.inkoop.match.decided.v1"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The committed files, in a place where a test may spoil them."""
    for folder in (SCHEMAS, ASYNCAPI):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_the_committed_files_are_what_the_classes_say() -> None:
    assert main(["--check"]) == 0


def test_drift_is_told_and_mended(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / ASYNCAPI / "matching.asyncapi.json").unlink()
    (copy / ASYNCAPI / "gone.asyncapi.json").write_text("{}")
    assert main(["--check", "--root", str(copy)]) == 1
    told = capsys.readouterr().out
    assert "matching.asyncapi.json" in told
    assert "gone.asyncapi.json" in told
    assert main(["--root", str(copy)]) == 0
    assert main(["--check", "--root", str(copy)]) == 0
    assert not (copy / ASYNCAPI / "gone.asyncapi.json").exists()


def test_a_broken_treaty_is_refused_before_anything_is_written(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed = copy / SCHEMAS / f"{DECIDED}.json"
    schema = json.loads(committed.read_text())
    schema["properties"]["verdict"] = {"type": "string"}
    committed.write_text(json.dumps(schema))
    (copy / SCHEMAS / "nl.inkoop.order.closed.v1.json").write_text("{}")
    assert main(["--root", str(copy)]) == 2
    told = capsys.readouterr().out
    assert f"{DECIDED}: verdict is gone" in told
    assert "nl.inkoop.order.closed.v1: the event is gone from the catalogue" in told
    assert json.loads(committed.read_text()) == schema


BASE: dict[str, Any] = {
    "$id": "urn:x",
    "type": "object",
    "properties": {"a": {"type": "string"}, "kind": {"$ref": "#/$defs/Kind"}},
    "required": ["a"],
    "$defs": {"Kind": {"type": "string", "enum": ["x"]}, "Line": {"properties": {}}},
}


def grown(**path: Any) -> dict[str, Any]:
    """BASE with changes: `a__b=value` sets BASE["a"]["b"]; the value None removes it."""
    schema = deepcopy(BASE)
    for name, value in path.items():
        *folders, last = name.split("__")
        place: dict[str, Any] = schema
        for folder in folders:
            place = place["$defs" if folder == "defs" else folder]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        BASE,
        grown(description="Said better."),
        grown(properties__a={"type": "string", "description": "Said better."}),
        grown(properties__new={"type": "string", "default": ""}),
        grown(defs__New={"type": "string"}),
        grown(defs__Line__properties={"new": {"type": "string", "default": ""}}),
    ],
)
def test_a_schema_may_grow_by_what_nobody_feels(schema: dict[str, Any]) -> None:
    assert list(breaks(BASE, schema)) == []


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (grown(properties__a=None), "a is gone"),
        (grown(properties__a={"type": "integer"}), "a changed"),
        (grown(properties__a={"type": "string", "pattern": "^x$"}), "a changed"),
        (grown(properties__new={"type": "string"}), "new is new and has no default"),
        (grown(required=["a", "kind"]), "kind is now required"),
        (grown(required=[]), "a was always there and no longer is"),
        (grown(defs__Kind={"type": "string", "enum": ["x", "y"]}), "Kind.changed"),
        (grown(defs__Line=None), "Line: the definition is gone"),
        (grown(defs__Line__properties={"new": {"type": "string"}}), "Line.new is new"),
        (grown(**{"$id": "urn:y"}), "the event changed"),
        (grown(additionalProperties=False), "the event changed"),
    ],
)
def test_a_change_that_somebody_feels_is_named(schema: dict[str, Any], said: str) -> None:
    assert [problem for problem in breaks(BASE, schema) if said in problem]


@pytest.mark.parametrize("service", services())
def test_every_reference_in_an_asyncapi_document_leads_somewhere(service: str) -> None:
    document = asyncapi(service)
    found = list(references(document))
    assert found
    for reference in found:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def references(node: Any) -> Any:
    """Every `$ref` below a node."""
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "$ref")
        for value in node.values():
            yield from references(value)
    if isinstance(node, list):
        for value in node:
            yield from references(value)


def test_a_document_names_what_a_service_tells_and_hears() -> None:
    document = asyncapi("matching")
    actions = {name: operation["action"] for name, operation in document["operations"].items()}
    assert actions == {
        "tell-inkoop.matching": "send",
        "hear-inkoop.ordering": "receive",
        "hear-inkoop.invoicing.presented": "receive",
    }
    message = document["components"]["messages"][DECIDED]
    fixed = message["headers"]["allOf"][1]["properties"]
    assert fixed["ce_type"] == {"const": DECIDED}
    assert fixed["ce_dataschema"] == {"const": event_schema(EVENTS_BY_TYPE[DECIDED].event)["$id"]}
    channel = document["channels"]["inkoop.matching"]
    assert channel["bindings"]["kafka"]["partitions"] == 24


def test_every_event_is_in_the_document_of_the_service_that_tells_it() -> None:
    for wire_type, entry in EVENTS_BY_TYPE.items():
        document = asyncapi(entry.topic.publisher)
        assert wire_type in document["channels"][entry.topic.name]["messages"]
    assert {entry.topic.name for entry in EVENTS_BY_TYPE.values()} == TOPICS.keys()


def test_the_headers_that_are_written_are_the_headers_that_are_documented() -> None:
    operator = "00000001823288444000"
    envelope = Envelope(
        id="3-17",
        source=source_of(operator, "matching"),
        type=DECIDED,
        time=datetime(2026, 11, 3, 12, tzinfo=UTC),
        subject="4500",
        dataschema=event_schema(EVENTS_BY_TYPE[DECIDED].event)["$id"],
        lane=3,
        sequence=17,
        department=operator,
        supplier="0106:12345678",
        cause="invoicing/3-4",
        actor="jan",
        organisation=operator,
        correlation="c",
        trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    headers = {name: value.decode() for name, value in to_headers(envelope)}
    schema = headers_schema()
    assert headers.keys() == schema["properties"].keys()
    Draft202012Validator(schema).validate(headers)
