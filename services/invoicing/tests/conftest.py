"""The invoicing service's HTTP on a real database, without Kafka: what its tests ask."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio

from inkoop_host.http import make_api
from inkoop_host.migrate import migrate, migrations_of
from inkoop_invoicing.application.invoicing import INVOICE, Invoicing
from inkoop_invoicing.inbound.http import router
from inkoop_invoicing.views.documents import DOCUMENTS
from inkoop_invoicing.views.invoice_orders import INVOICE_ORDERS
from inkoop_invoicing.views.invoices import INVOICES
from inkoop_kit.batch import codecs
from inkoop_kit.desk import Desk
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.queries import Queries
from inkoop_local.database import ServiceDatabase, drop_database, prepare_database
from inkoop_local.infrastructure import Infrastructure

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OPERATOR = "00000004000000001000"
NAME = "test_invoicing"
VIEWS = (INVOICES, INVOICE_ORDERS, DOCUMENTS)


@pytest.fixture
def database(infrastructure: Infrastructure) -> Iterator[ServiceDatabase]:
    """A database of this test's own, with the service's tables."""
    drop_database(infrastructure.postgres, NAME)
    access = prepare_database(infrastructure.postgres, NAME, ("invoicing",))["invoicing"]
    migrate(access.owner_url, "invoicing", migrations_of("invoicing"))
    yield access
    drop_database(infrastructure.postgres, NAME)


@pytest.fixture
def connect(database: ServiceDatabase) -> Iterator[Callable[[], Database]]:
    """As many connections of the service's role as are wanted."""
    opened: list[Database] = []

    def open_one() -> Database:
        opened.append(Database(database.url, "invoicing", f"test-{len(opened)}"))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest_asyncio.fixture
async def desk(connect: Callable[[], Database]) -> AsyncGenerator[Desk]:
    """Where HTTP asks, at work."""
    store = PostgresStore(connect(), [INVOICE], VIEWS)
    queries = Queries(connect(), "invoicing", OPERATOR)
    made = Desk(store, queries, codecs([INVOICE]), VIEWS, lambda: None)
    task = asyncio.create_task(made.run())
    yield made
    made.stop()
    await task


@pytest_asyncio.fixture
async def client(desk: Desk) -> AsyncGenerator[httpx.AsyncClient]:
    """Asks the service as the department 00000001003214345000."""
    contact = {"name": "Test", "url": "https://inkoop.example/", "email": "test@inkoop.example"}
    api = make_api("invoicing", "1.0.0", contact, lambda: NOW)
    api.include_router(router(Invoicing(), desk))
    headers = {"X-Organisation": "00000001003214345000", "X-Actor": "jan"}
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers=headers
    ) as made:
        yield made
