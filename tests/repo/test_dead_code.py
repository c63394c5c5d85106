"""Dead code and undeclared dependencies are refused by `make check`: that they are found."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

BIN = Path(".venv/bin")
CONFIG = Path("tests/repo/vulture.toml")


def run(root: Path, *command: str | Path, cwd: Path | None = None) -> tuple[int, str]:
    """The exit code and all that was said."""
    program = root / BIN / command[0]
    done = subprocess.run(
        [program, *command[1:]], cwd=cwd or root, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "snippet",
    ["def forgotten():\n    pass", "import os", "class Forgotten:\n    pass", "FORGOTTEN = 1"],
)
def test_what_nobody_uses_is_found(root: Path, tmp_path: Path, snippet: str) -> None:
    (tmp_path / "module.py").write_text(snippet)
    code, said = run(root, "vulture", "--config", CONFIG, tmp_path)
    assert code == 3
    assert "unused" in said


def test_what_is_used_is_let_through(root: Path, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("def used():\n    pass\n\n\nused()\n")
    assert run(root, "vulture", "--config", CONFIG, tmp_path) == (0, "")


def test_every_name_that_is_excused_is_there(root: Path, sources: dict[str, str]) -> None:
    names = tomllib.loads((root / CONFIG).read_text())["tool"]["vulture"]["ignore_names"]
    words = {word for text in sources.values() for word in re.findall(r"\w+", text)}
    assert [name for name in names if "*" not in name and name not in words] == []


@pytest.mark.parametrize(
    ("dependencies", "module", "said"),
    [
        ('"pyyaml"', "import json", "DEP002 'pyyaml'"),
        ("", "import yaml", "DEP003 'yaml'"),
        ("", "import inkoop_documents", "DEP003 'inkoop_documents'"),
        ("", "import nowhere_to_be_found", "DEP001 'nowhere_to_be_found'"),
        ('"pyyaml"', "import yaml", "No dependency issues"),
    ],
)
def test_a_dependency_that_is_not_declared_or_not_used_is_found(
    root: Path, tmp_path: Path, dependencies: str, module: str, said: str
) -> None:
    (tmp_path / "src/inkoop_thing").mkdir(parents=True)
    (tmp_path / "src/inkoop_thing/__init__.py").write_text(module)
    project = f'[project]\nname = "inkoop-thing"\nversion = "1"\ndependencies = [{dependencies}]\n'
    (tmp_path / "pyproject.toml").write_text(project)
    code, all_said = run(root, "deptry", "--no-ansi", "src", cwd=tmp_path)
    assert said in all_said
    assert (code == 0) == said.startswith("No")
