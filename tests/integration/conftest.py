"""The stack of the stories: real Kafka and PostgreSQL, two replicas of every service."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from story_health import all_ready
from story_market import Market
from story_spans import Collector

from inkoop_local.stack import SERVICES, Stack

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Where every service sends its spans."""
    collector = Collector()
    server = collector.start()
    yield collector
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def stack(infrastructure: object, collector: Collector) -> Iterator[Stack]:
    """All services twice, on 24 partitions, with the data of this session only."""
    environ = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    directory = Path(os.environ.get("INKOOP_STORIES", ROOT / ".local" / "stories"))
    stack = Stack(directory, environ)
    stack.clean()
    stack.up(replicas=2)
    yield stack
    stack.clean()


@pytest.fixture
def market(stack: Stack) -> Market:
    """A department and a supplier, with fresh numbers for every test."""
    return Market(stack.file)


@pytest.fixture(scope="module")
def unharmed(stack: Stack) -> Iterator[None]:
    """After all of it every replica is ready, and nothing is parked."""
    yield
    all_ready(stack.service(service, replica) for service in SERVICES for replica in (0, 1))
    market = Market(stack.file)
    market.all_told(*SERVICES)
    assert [market.parked(service) for service in SERVICES] == [[]] * len(SERVICES)


@pytest.fixture
def no_bug(stack: Stack) -> Iterator[None]:
    """No service logs an error over what others did wrong."""
    before = {log: log.stat().st_size for log in (stack.directory / "log").glob("*.log")}
    yield
    for log, size in before.items():
        with log.open("rb") as file:
            file.seek(size)
            lines = [json.loads(each) for each in file]
        assert [each for each in lines if each["level"] in {"ERROR", "CRITICAL"}] == []
