"""The Python files of the repository, read once for all rules."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("libs", "services", "cli", "deploy", "tests", "bench")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def sources() -> dict[str, str]:
    """Every Python file: its path in the repository and its text."""
    found = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}


@pytest.fixture(scope="session")
def trees(sources: dict[str, str]) -> dict[str, ast.Module]:
    """The same files as syntax trees."""
    return {path: ast.parse(text, filename=path) for path, text in sources.items()}
