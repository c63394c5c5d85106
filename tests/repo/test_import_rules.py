"""The import rules hold, and each of them is seen to break."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = ("libs/*", "services/*", "cli", "deploy/local")
RUN = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"


@pytest.fixture(scope="module")
def workspace(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules and every package, side by side in a place where a test may spoil them."""
    place = tmp_path_factory.mktemp("workspace")
    shutil.copy(root / ".importlinter", place)
    for pattern in PACKAGES:
        for package in root.glob(f"{pattern}/src/inkoop_*"):
            shutil.copytree(package, place / package.name, ignore=shutil.ignore_patterns("*.pyc"))
    return place


def broken_rules(workspace: Path) -> list[str]:
    """The import rules that do not hold, by their first words."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=workspace,
        env={"PYTHONPATH": str(workspace), "COLUMNS": "200", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = ran.stdout.splitlines()
    assert any("kept" in line for line in lines), ran.stdout + ran.stderr
    return [line.partition(" BROKEN")[0] for line in lines if " BROKEN" in line]


def test_every_import_rule_holds(workspace: Path) -> None:
    assert broken_rules(workspace) == []


@pytest.mark.parametrize(
    ("planted", "line", "rule"),
    [
        ("inkoop_invoicing/domain/planted.py", "import inkoop_matching", "Services know"),
        ("inkoop_invoicing/domain/planted.py", "import inkoop_invoicing.application", "Rooms"),
        ("inkoop_invoicing/application/planted.py", "import inkoop_invoicing.views", "Rooms"),
        ("inkoop_invoicing/inbound/planted.py", "import inkoop_invoicing.outbound", "Rooms"),
        ("inkoop_invoicing/utils.py", "", "Rooms"),
        ("inkoop_kit/planted.py", "import inkoop_invoicing", "Packages"),
        ("inkoop_events/planted.py", "import inkoop_kit", "Packages"),
        ("inkoop_documents/planted.py", "import inkoop_ordering", "Packages"),
        ("inkoop_invoicing/domain/planted.py", "import psycopg", "A domain"),
        ("inkoop_invoicing/domain/planted.py", "import inkoop_events.ordering", "A domain"),
        ("inkoop_invoicing/domain/planted.py", "import inkoop_kit.streams", "A domain"),
        ("inkoop_events/planted.py", "import psycopg", "The public language"),
        ("inkoop_kit/planted.py", "import inkoop_events.ordering", "The kit"),
        ("inkoop_invoicing/inbound/planted.py", "import lxml", "Only documents"),
        ("inkoop_cli/planted.py", "import inkoop_invoicing.application", "The command line"),
        (
            "inkoop_events/values.py",
            "import inkoop_events.ordering",
            "No circles",
        ),
    ],
)
def test_a_forbidden_import_is_found(workspace: Path, planted: str, line: str, rule: str) -> None:
    path = workspace / planted
    before = path.read_text(encoding="utf-8") if path.exists() else None
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    try:
        assert [name for name in broken_rules(workspace) if name.startswith(rule)]
    finally:
        path.write_text(before, encoding="utf-8") if before else path.unlink()
