"""Each service is what the catalogue says of it, and looks like the others."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from inkoop_events.catalogue import EVENTS_BY_TYPE, HEARS
from inkoop_host.service import Service
from inkoop_kit.hearing import Subscription

SERVICES = list(HEARS)
MIGRATION = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


def build(name: str) -> Service:
    """The service as its `main` builds it, with settings of nowhere."""
    main = import_module(f"inkoop_{name.replace('-', '_')}.main")
    settings = get_type_hints(main.build)["settings"]
    nowhere = {"kafka": "nowhere:1", "database": "postgresql://nowhere", "operator": "0" * 20}
    return main.build(settings(**nowhere))


def hearing_faults(name: str, subscriptions: tuple[Subscription[Any], ...]) -> Iterator[str]:
    """Where the topics and events that a service subscribes to differ from the catalogue."""
    topics = {subscription.topic for subscription in subscriptions}
    if topics != set(HEARS[name]):
        yield f"{name} hears {sorted(topics)}, the catalogue says {sorted(HEARS[name])}"
    for subscription in subscriptions:
        entry = EVENTS_BY_TYPE.get(subscription.event.TYPE)
        if entry is None or entry.topic.name != subscription.topic:
            yield f"{name}: {subscription.event.TYPE} does not travel on {subscription.topic}"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_hears_what_the_catalogue_says(name: str) -> None:
    service = build(name)
    assert service.name == name
    assert list(hearing_faults(name, service.subscriptions)) == []


def test_a_service_that_hears_something_else_is_found() -> None:
    event = EVENTS_BY_TYPE["nl.inkoop.match.decided.v1"].event

    def ask(event: Any, cause: Any) -> Any:
        raise NotImplementedError(event, cause)

    right = Subscription("inkoop.matching", event, ask)
    assert list(hearing_faults("invoicing", (right,))) == []
    assert len(list(hearing_faults("invoicing", ()))) == 1
    wrong = Subscription("inkoop.ordering", event, ask)
    assert len(list(hearing_faults("invoicing", (right, wrong)))) == 2


@pytest.mark.parametrize("name", SERVICES)
def test_a_view_is_named_by_its_file_and_has_a_migration(root: Path, name: str) -> None:
    service = build(name)
    package = root / f"services/{name}/src/inkoop_{name.replace('-', '_')}"
    files = {path.stem for path in (package / "views").glob("*.py")} - {"__init__"}
    assert {view.name for view in service.views} <= files
    sql = "\n".join(path.read_text() for path in (package / "migrations").glob("*.sql"))
    missing = [view.name for view in service.views if f"create table {view.name} " not in sql]
    assert missing == []


@pytest.mark.parametrize("name", SERVICES)
def test_migrations_are_numbered_without_a_gap(root: Path, name: str) -> None:
    folder = root / f"services/{name}/src/inkoop_{name.replace('-', '_')}/migrations"
    assert migration_faults([path.name for path in folder.glob("*.sql")]) == []


def migration_faults(names: list[str]) -> list[str]:
    """Migrations out of form, and a gap or a repetition in their numbers."""
    found = [MIGRATION.fullmatch(name) for name in sorted(names)]
    faults = [name for name, match in zip(sorted(names), found, strict=True) if not match]
    numbers = [int(match[1]) for match in found if match]
    return faults + [f"numbers {numbers}"] * (numbers != list(range(1, len(numbers) + 1)))


def test_a_gap_in_migrations_is_found() -> None:
    assert migration_faults(["0001_a.sql", "0002_b.sql"]) == []
    assert migration_faults(["0001_a.sql", "0003_b.sql"]) == ["numbers [1, 3]"]
    assert migration_faults(["0001_a.sql", "0001_b.sql"]) == ["numbers [1, 1]"]
    assert migration_faults(["1_a.sql"]) == ["1_a.sql"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_readme_of_a_page(root: Path, name: str) -> None:
    text = (root / f"services/{name}/README.md").read_text(encoding="utf-8")
    assert 10 < len(text.splitlines()) <= 120
