"""The import rules hold, and each of them is seen to break."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = ("libs/*", "services/*", "cli", "deploy/local")
RUN = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
PLANTED = [
    ("inkoop_invoicing/domain/p1.py", "inkoop_matching", "Services know"),
    ("inkoop_invoicing/domain/p2.py", "inkoop_invoicing.application", "Rooms"),
    ("inkoop_invoicing/application/p3.py", "inkoop_invoicing.views", "Rooms"),
    ("inkoop_invoicing/inbound/p4.py", "inkoop_invoicing.outbound", "Rooms"),
    ("inkoop_kit/p5.py", "inkoop_invoicing", "Packages"),
    ("inkoop_events/p6.py", "inkoop_kit", "Packages"),
    ("inkoop_documents/p7.py", "inkoop_ordering", "Packages"),
    ("inkoop_invoicing/domain/p8.py", "psycopg", "A domain"),
    ("inkoop_invoicing/domain/p9.py", "inkoop_events.ordering", "A domain"),
    ("inkoop_invoicing/domain/p10.py", "inkoop_kit.streams", "A domain"),
    ("inkoop_events/p11.py", "psycopg", "The public language"),
    ("inkoop_kit/p12.py", "inkoop_events.ordering", "Kit and host"),
    ("inkoop_host/p15.py", "inkoop_events.ordering", "Kit and host"),
    ("inkoop_kit/p16.py", "inkoop_host", "Packages"),
    ("inkoop_kit/p17.py", "fastapi", "The engine"),
    ("inkoop_invoicing/inbound/p13.py", "lxml", "Only documents"),
    ("inkoop_cli/p14.py", "inkoop_invoicing.application", "The command line"),
]
"""A file, what it imports, and the rule that must notice."""


def check(workspace: Path) -> str:
    """What the import linter says of these packages."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=workspace,
        env={"PYTHONPATH": str(workspace), "COLUMNS": "200", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "kept" in ran.stdout, ran.stdout + ran.stderr
    return ran.stdout


def copied(root: Path, place: Path) -> Path:
    """The rules and every package, side by side."""
    shutil.copy(root / ".importlinter", place)
    for pattern in PACKAGES:
        for package in root.glob(f"{pattern}/src/inkoop_*"):
            shutil.copytree(package, place / package.name, ignore=shutil.ignore_patterns("*.pyc"))
    return place


@pytest.fixture(scope="module")
def broken(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said of each rule after all the faults were planted, by the rule's name."""
    place = copied(root, tmp_path_factory.mktemp("spoiled"))
    for planted, imported, _ in PLANTED:
        (place / planted).write_text(f"import {imported}\n", encoding="utf-8")
    (place / "inkoop_invoicing/utils.py").touch()
    with (place / "inkoop_events/values/__init__.py").open("a", encoding="utf-8") as values:
        values.write("import inkoop_events.ordering\n")
    details = check(place).partition("Broken contracts\n")[2]
    named = re.split(r"^(\S.*)\n-{5,}\n", details, flags=re.MULTILINE)[1:]
    return dict(zip(named[::2], named[1::2], strict=True))


def said_of(broken: dict[str, str], rule: str) -> str:
    """What is said of the rule that begins with these words."""
    return "".join(text for name, text in broken.items() if name.startswith(rule))


def test_every_import_rule_holds(root: Path, tmp_path: Path) -> None:
    lines = check(copied(root, tmp_path)).splitlines()
    assert [line for line in lines if " BROKEN" in line] == []


@pytest.mark.parametrize(("planted", "imported", "rule"), PLANTED)
def test_a_forbidden_import_is_found(
    broken: dict[str, str], planted: str, imported: str, rule: str
) -> None:
    module = planted.removesuffix(".py").replace("/", ".")
    assert f"{module} -> {imported}" in said_of(broken, rule)


def test_a_room_without_a_place_is_found(broken: dict[str, str]) -> None:
    assert "utils" in said_of(broken, "Rooms")


def test_a_circle_is_found(broken: dict[str, str]) -> None:
    assert "inkoop_events" in said_of(broken, "No circles")
