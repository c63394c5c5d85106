"""Stores for the kit's tests: in memory, and a fresh schema in the real PostgreSQL."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from secrets import token_hex

import pytest
from kit_schema import create_topics, tally_schema
from kit_tally import PILE, TALLIES, TALLY

from inkoop_kit.postgres import Database, PostgresStore
from inkoop_local.database import ServiceDatabase, drop_database
from inkoop_local.infrastructure import Infrastructure

pytest.register_assert_rewrite("kit_contract")
_numbers = count(1)
Stores = Callable[[], PostgresStore]


@pytest.fixture
def schema(infrastructure: Infrastructure) -> Iterator[ServiceDatabase]:
    """A database of its own, with the tables of the kit and of the tally."""
    name = f"kit_test_{next(_numbers)}"
    yield tally_schema(infrastructure.postgres, name)
    drop_database(infrastructure.postgres, name)


@pytest.fixture
def databases(schema: ServiceDatabase) -> Iterator[Callable[[], Database]]:
    """As many connections as a test wants."""
    opened: list[Database] = []

    def open_one() -> Database:
        opened.append(Database(schema.url, "tally", f"test-{len(opened)}"))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def stores(databases: Callable[[], Database]) -> Stores:
    """As many stores on one schema as a test wants, each on its own connection."""
    return lambda: PostgresStore(databases(), [TALLY, PILE], [TALLIES])


@pytest.fixture
def topics(infrastructure: Infrastructure) -> Callable[..., list[str]]:
    """Make topics of 24 partitions with fresh names."""

    def make(*names: str) -> list[str]:
        fresh = [f"kit.{name}.{token_hex(4)}" for name in names]
        asyncio.run(create_topics(infrastructure.kafka.bootstrap, fresh))
        return fresh

    return make
