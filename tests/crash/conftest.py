"""Crash stories take minutes: those marked `crash` run only when they are asked for (-m crash)."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long ones out, unless the markers asked for name them."""
    if "crash" in (config.getoption("markexpr") or ""):
        return
    long = [item for item in items if item.get_closest_marker("crash")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture
def place() -> Path:
    """Always the same directory, so that what a killed session left running ends here."""
    return Path(os.environ.get("INKOOP_CRASH", ROOT / ".local" / "crash-test"))
