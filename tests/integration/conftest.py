"""The stack of the stories: real Kafka and PostgreSQL, two replicas of every service."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from story_market import Market
from story_spans import Collector

from inkoop_local.stack import Stack

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
