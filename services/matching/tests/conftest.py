"""The matching service on a real database, without Kafka: what its tests tell and ask."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from inkoop_host.http import make_api
from inkoop_host.migrate import migrate, migrations_of
from inkoop_kit.batch import Batch, codecs
from inkoop_kit.desk import Desk
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.queries import Queries
from inkoop_kit.store import Written
from inkoop_kit.streams import Ask, Cause
from inkoop_local.database import ServiceDatabase, drop_database, prepare_database
from inkoop_local.infrastructure import Infrastructure
from inkoop_matching.application.matching import CASE, Matching
from inkoop_matching.inbound.http import router
from inkoop_matching.main import read_policies
from inkoop_matching.views.cases import CASES
from inkoop_matching.views.decisions import DECISIONS

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEPARTMENT = "00000001003214345000"
OPERATOR = "00000004000000001000"
NAME = "test_matching"
VIEWS = [DECISIONS, CASES]


@pytest.fixture
def database(infrastructure: Infrastructure) -> Iterator[ServiceDatabase]:
    """A database of this test's own, with the service's tables."""
    drop_database(infrastructure.postgres, NAME)
    access = prepare_database(infrastructure.postgres, NAME, ("matching",))["matching"]
    migrate(access.owner_url, "matching", migrations_of("matching"))
    yield access
    drop_database(infrastructure.postgres, NAME)


@pytest.fixture
def connect(database: ServiceDatabase) -> Iterator[Callable[[], Database]]:
    """As many connections of the service's role as are wanted."""
    opened: list[Database] = []

    def open_one() -> Database:
        opened.append(Database(database.url, "matching", f"test-{len(opened)}"))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def matching() -> Matching:
    """Judges by the policy that is shipped."""
    return Matching(read_policies(None))


@pytest.fixture
def tell(matching: Matching, connect: Callable[[], Database]) -> Callable[[Sequence[Any]], None]:
    """Let the service hear events, all in one batch."""
    store = PostgresStore(connect(), [CASE], VIEWS)

    def told(events: Sequence[Any]) -> None:
        batch = Batch(codecs([CASE]), VIEWS)
        for number, event in enumerate(events, 1):
            sender = event.TOPIC.split(".")[1]
            cause = Cause(f"{sender}/1-{number}", "jan", DEPARTMENT, "c", NOW)
            ask = _ask(matching, event, cause)
            batch.decide(ask, cause, store.load({f"case/{ask.key}": CASE}))
        assert isinstance(store.write(batch), Written)

    return told


def _ask(matching: Matching, event: Any, cause: Cause) -> Ask[Any, Any]:
    match type(event).__name__:
        case "OrderPlaced":
            return matching.record_order(event, cause)
        case "GoodsReceived":
            return matching.record_receipt(event, cause)
        case _:
            return matching.record_invoice(event, cause)


@pytest_asyncio.fixture
async def client(
    matching: Matching, connect: Callable[[], Database]
) -> AsyncGenerator[httpx.AsyncClient]:
    """Asks the service as the department 00000001003214345000."""
    queries = Queries(connect(), "matching", OPERATOR)
    store = PostgresStore(connect(), [CASE], VIEWS)
    desk = Desk(store, queries, codecs([CASE]), VIEWS, lambda: None)
    contact = {"name": "Test", "url": "https://inkoop.example/", "email": "test@inkoop.example"}
    api = make_api("matching", "1.0.0", contact, lambda: NOW)
    api.include_router(router(matching, desk))
    headers = {"X-Organisation": DEPARTMENT, "X-Actor": "jan"}
    transport = httpx.ASGITransport(api)
    running = asyncio.create_task(desk.run())
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers=headers
    ) as made:
        yield made
    desk.stop()
    await running
