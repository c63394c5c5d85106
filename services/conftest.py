"""A service's HTTP on a real database, without Kafka: what the tests of every service ask.

The tests of a service give the fixture `service`: what its `main.build` makes, as in production.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio

from inkoop_host.http import make_api
from inkoop_host.migrate import migrate, migrations_of
from inkoop_host.service import Service
from inkoop_kit.batch import codecs
from inkoop_kit.desk import Desk
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.queries import Queries
from inkoop_local.database import ServiceDatabase, drop_database, prepare_database
from inkoop_local.infrastructure import Infrastructure

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEPARTMENT = "00000001003214345000"
NOWHERE = {
    "kafka": "nowhere:1",
    "database": "postgresql://nowhere",
    "operator": "00000004000000001000",
}


@pytest.fixture
def nowhere() -> dict[str, str]:
    """Settings of a service that connects to nothing by itself."""
    return NOWHERE


@pytest.fixture
def database(service: Service, infrastructure: Infrastructure) -> Iterator[ServiceDatabase]:
    """A database of this test's own, with the service's tables."""
    name = f"test_{service.name}"
    drop_database(infrastructure.postgres, name)
    access = prepare_database(infrastructure.postgres, name, (service.name,))[service.name]
    migrate(access.owner_url, service.name, migrations_of(service.name))
    yield access
    drop_database(infrastructure.postgres, name)


@pytest.fixture
def connect(service: Service, database: ServiceDatabase) -> Iterator[Callable[[], Database]]:
    """As many connections of the service's role as are wanted."""
    opened: list[Database] = []

    def open_one() -> Database:
        opened.append(Database(database.url, service.name, f"test-{len(opened)}"))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def store(service: Service, connect: Callable[[], Database]) -> PostgresStore:
    """The service's store, on a connection of its own."""
    return PostgresStore(connect(), service.kinds, service.views)


@pytest_asyncio.fixture
async def desk(
    service: Service, store: PostgresStore, connect: Callable[[], Database]
) -> AsyncGenerator[Desk]:
    """Where HTTP asks, at work."""
    queries = Queries(connect(), service.name, NOWHERE["operator"])
    made = Desk(store, queries, codecs(service.kinds), service.views, lambda: None)
    task = asyncio.create_task(made.run())
    yield made
    made.stop()
    await task


@pytest_asyncio.fixture
async def client(service: Service, desk: Desk) -> AsyncGenerator[httpx.AsyncClient]:
    """Asks the service as the department 00000001003214345000."""
    contact = {"name": "Test", "url": "https://inkoop.example/", "email": "test@inkoop.example"}
    api = make_api(service.name, "1.0.0", contact, lambda: NOW)
    api.include_router(service.router(desk))
    headers = {"X-Organisation": DEPARTMENT, "X-Actor": "jan"}
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers=headers
    ) as made:
        yield made
