"""What every test of the repository may ask for: the real broker and database, started once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from inkoop_local.infrastructure import Infrastructure

ROOT = Path(__file__).parent
_PROVIDERS = pytest.StashKey[str]()


def pytest_configure() -> None:
    """No test asserts a time: a machine may be slow, or busy with something else."""
    slow = [HealthCheck.too_slow]
    settings.register_profile("house", deadline=None, suppress_health_check=slow)
    settings.load_profile("house")


@pytest.fixture(scope="session")
def infrastructure(request: pytest.FixtureRequest) -> Iterator[Infrastructure]:
    """Kafka and PostgreSQL for the session, in a directory of their own, stopped at its end."""
    directory = Path(os.environ.get("INKOOP_TEST", ROOT / ".local" / "test"))
    with Infrastructure.start(directory, durable=False, fresh=True) as started:
        request.config.stash[_PROVIDERS] = str(started)
        yield started


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what the tests ran on (design D10)."""
    providers = config.stash.get(_PROVIDERS, "none was needed")
    terminalreporter.write_line(f"providers: {providers}")
