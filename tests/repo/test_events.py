"""Facts and public events: their names, their golden files, and the topics they travel on."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from inkoop_events.catalogue import EVENTS_BY_TYPE, PARTITIONS, TOPICS
from inkoop_kit.lanes import LANES

STORED = re.compile(r"[a-z]+(-[a-z]+)+")
PUBLIC = re.compile(r"nl\.inkoop(\.[a-z]+(-[a-z]+)*){2}\.v[1-9][0-9]*")


class FactClass(NamedTuple):
    """A class with a TYPE, as it is written."""

    place: str
    name: str
    type: str | None
    version: int | None


def fact_classes(path: str, tree: ast.Module) -> Iterator[FactClass]:
    """The classes of a module that name a TYPE; None for what is not a literal."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            literals = dict(_literals(node))
            if "TYPE" in literals:
                place = f"{path}:{node.lineno}"
                yield FactClass(place, node.name, literals["TYPE"], literals.get("VERSION", 1))


def _literals(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value)):
                yield name, value
            case (
                ast.AnnAssign(target=ast.Name(id="TYPE"))
                | ast.Assign(targets=[ast.Name(id="TYPE")])
            ):
                yield "TYPE", None
            case _:
                pass


def naming_faults(facts: list[FactClass], form: re.Pattern[str]) -> Iterator[str]:
    """Names with a suffix, types that are no literal, not in form, or used twice."""
    versions = Counter((fact.type, fact.version) for fact in facts)
    for fact in facts:
        if fact.name.endswith(("Event", "Fact", "Message", "Dto")):
            yield f"{fact.place} {fact.name}: a fact is named by what happened"
        if fact.type is None or not form.fullmatch(fact.type):
            yield f"{fact.place} {fact.name}: the type {fact.type!r} is not well formed"
        if versions[fact.type, fact.version] > 1:
            yield f"{fact.place} {fact.name}: the type {fact.type!r} is there twice"


def stored_facts(trees: dict[str, ast.Module]) -> dict[str, list[FactClass]]:
    """The facts that each service stores."""
    found: dict[str, list[FactClass]] = {}
    for path, tree in trees.items():
        if path.startswith("services/") and "/domain/" in path and "/src/" in path:
            found.setdefault(path.split("/")[1], []).extend(fact_classes(path, tree))
    return found


def missing_golden(folder: Path, facts: list[FactClass]) -> list[str]:
    """Facts without a file `<type>.v<version>.json` that is read for ever."""
    names = [f"{fact.type}.v{fact.version}.json" for fact in facts]
    return [str(folder / name) for name in names if not (folder / name).is_file()]


def test_stored_facts_are_named_by_what_happened(trees: dict[str, ast.Module]) -> None:
    services = stored_facts(trees)
    assert all(services.values())
    assert [fault for facts in services.values() for fault in naming_faults(facts, STORED)] == []


def test_public_events_are_named_by_what_happened(trees: dict[str, ast.Module]) -> None:
    events = [
        fact
        for path, tree in trees.items()
        if path.startswith("libs/events/src/")
        for fact in fact_classes(path, tree)
    ]
    assert {event.type for event in events} == EVENTS_BY_TYPE.keys()
    assert list(naming_faults(events, PUBLIC)) == []


def test_every_stored_fact_has_a_golden_file(root: Path, trees: dict[str, ast.Module]) -> None:
    missing = [
        golden
        for service, facts in stored_facts(trees).items()
        for golden in missing_golden(root / "services" / service / "tests/golden", facts)
    ]
    assert missing == []


def test_the_topics_of_the_catalogue_are_the_topics_that_are_made(root: Path) -> None:
    declared = yaml.safe_load((root / "deploy/kafka/topics.yaml").read_text(encoding="utf-8"))
    assert topic_faults(declared["topics"]) == []


def topic_faults(declared: list[dict[str, Any]]) -> list[str]:
    """Where the declaration of topics and the catalogue differ, and what a topic must have."""
    made = {topic["name"]: topic for topic in declared}
    faults = [f"{name} is only in one of the two" for name in made.keys() ^ TOPICS.keys()]
    for name, topic in made.items():
        if topic["partitions"] != PARTITIONS:
            faults.append(f"{name} has {topic['partitions']} partitions")
        if name in TOPICS and topic["key"].split(":")[0] != TOPICS[name].key.split(":")[0]:
            faults.append(f"{name} is keyed by {topic['key']}")
    return faults


def test_a_topic_has_as_many_partitions_as_a_store_has_lanes() -> None:
    assert PARTITIONS == LANES


@pytest.mark.parametrize(
    ("snippet", "said"),
    [
        ('class OrderPlacedEvent:\n    TYPE: ClassVar[str] = "order-placed"', "what happened"),
        ('class OrderPlaced:\n    TYPE: ClassVar[str] = "OrderPlaced"', "well formed"),
        ('class OrderPlaced:\n    TYPE: ClassVar[str] = "placed"', "well formed"),
        ("class OrderPlaced:\n    TYPE: ClassVar[str] = name()", "well formed"),
        ("class OrderPlaced:\n    TYPE = KINDS[0]", "well formed"),
        (
            'class A:\n    TYPE: ClassVar[str] = "a-b"\nclass B:\n    TYPE: ClassVar[str] = "a-b"',
            "twice",
        ),
    ],
)
def test_a_badly_named_fact_is_found(snippet: str, said: str) -> None:
    facts = list(fact_classes("a.py", ast.parse(snippet)))
    assert any(said in fault for fault in naming_faults(facts, STORED))


def test_two_versions_of_a_fact_stand_beside_each_other() -> None:
    first, second = FactClass("a.py:1", "A", "a-b", 1), FactClass("a.py:5", "B", "a-b", 2)
    assert list(naming_faults([first, second], STORED)) == []


def test_a_fact_without_a_golden_file_is_found(tmp_path: Path) -> None:
    fact = FactClass("a.py:1", "OrderPlaced", "order-placed", 2)
    (tmp_path / "order-placed.v1.json").touch()
    assert missing_golden(tmp_path, [fact]) == [str(tmp_path / "order-placed.v2.json")]


def test_a_topic_that_differs_from_the_catalogue_is_found() -> None:
    good = [{"name": topic.name, "partitions": 24, "key": topic.key} for topic in TOPICS.values()]
    assert topic_faults(good) == []
    assert topic_faults(good[1:]) == [f"{good[0]['name']} is only in one of the two"]
    assert topic_faults([good[0] | {"partitions": 12}, *good[1:]])
    assert topic_faults([good[0] | {"key": "invoice"}, *good[1:]])
