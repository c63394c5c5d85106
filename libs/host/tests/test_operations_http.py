import json
from collections.abc import AsyncGenerator

import httpx
import psycopg
import pytest
import pytest_asyncio
from host_http import client_of, edge_of
from host_process import Books
from prometheus_client import CollectorRegistry

from inkoop_host.health import Health
from inkoop_host.operations_http import OperationsDesk, operations_router


@pytest.fixture
def books() -> Books:
    return Books([{"id": number, "reason": "payload"} for number in range(1, 6)])


@pytest_asyncio.fixture
async def client(books: Books) -> AsyncGenerator[httpx.AsyncClient]:
    registry = CollectorRegistry()
    desk = OperationsDesk(books, lambda: {"service": "thing", "lag": 3}, registry, Health())
    async with client_of(edge_of(operations_router(desk), registry=registry)) as made:
        yield made


@pytest.mark.asyncio
async def test_the_status_is_that_of_the_store_and_of_this_replica(
    client: httpx.AsyncClient,
) -> None:
    status = (await client.get("/v1/status")).json()

    assert status == {"facts": 5, "parked": 5, "relay_backlog": 2, "service": "thing", "lag": 3}


@pytest.mark.asyncio
async def test_the_status_is_given_while_the_database_is_away(
    client: httpx.AsyncClient, books: Books
) -> None:
    books.error = psycopg.OperationalError("away")

    assert (await client.get("/v1/status")).json()["lag"] == 3


@pytest.mark.asyncio
async def test_parked_messages_come_in_pages(client: httpx.AsyncClient) -> None:
    first = (await client.get("/v1/parked", params={"limit": 3})).json()
    rest = (await client.get("/v1/parked", params={"limit": 3, "after": first["next"]})).json()

    assert [row["id"] for row in first["parked"]] == [1, 2, 3]
    assert [row["id"] for row in rest["parked"]] == [4, 5]
    assert rest["next"] is None
    assert (await client.get("/v1/parked", params={"limit": 0})).status_code == 400


@pytest.mark.asyncio
async def test_one_parked_message_is_shown(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/parked/2")).json()["reason"] == "payload"
    missing = await client.get("/v1/parked/99")
    assert (missing.status_code, missing.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.asyncio
async def test_who_puts_a_release_is_told_that_releases_are_posted(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.put("/v1/parked/releases", json={"ids": [1]})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.asyncio
async def test_messages_are_released_by_id_or_by_key(
    client: httpx.AsyncClient, books: Books
) -> None:
    by_id = await client.post("/v1/parked/releases", json={"ids": [1, 2]})
    by_key = await client.post("/v1/parked/releases", json={"topic": "t", "key": "k"})

    assert (by_id.json(), by_key.json()) == ({"released": 2}, {"released": 3})
    assert books.released == [1, 2, ("t", "k")]


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [{}, {"topic": "t"}, {"ids": [1], "topic": "t", "key": "k"}])
async def test_a_release_names_one_or_the_other(
    client: httpx.AsyncClient, books: Books, body: object
) -> None:
    answer = await client.post("/v1/parked/releases", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert books.released == []


@pytest.mark.asyncio
async def test_a_rebuild_tells_of_itself_line_by_line(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/views/things/rebuilds")

    *lanes, last = [json.loads(line) for line in answer.text.splitlines()]
    assert [(one["lane"], one["of"], one["facts"]) for one in lanes] == [(0, 24, 3), (1, 24, 4)]
    assert (last["done"], last["facts"]) == (True, 7)
    assert (await client.get("/v1/views")).json() == {"views": ["things"]}
    assert (await client.post("/v1/views/nothing/rebuilds")).status_code == 404


@pytest.mark.asyncio
async def test_a_rebuild_that_fails_says_so_and_another_may_begin(
    client: httpx.AsyncClient, books: Books
) -> None:
    books.error = psycopg.OperationalError("away")
    failed = (await client.post("/v1/views/things/rebuilds")).text.splitlines()
    books.error = None

    assert json.loads(failed[-1]) == {"done": False, "error": "OperationalError"}
    assert (await client.post("/v1/views/things/rebuilds")).status_code == 200


@pytest.mark.asyncio
async def test_the_metrics_are_in_prometheus_text(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain")
    assert "inkoop_build_info{" in answer.text
    assert "process_cpu_seconds_total" in answer.text


@pytest.mark.asyncio
async def test_health_is_empty_or_has_reasons(client: httpx.AsyncClient) -> None:
    live, started = await client.get("/livez"), await client.get("/startupz")

    assert (live.status_code, live.content) == (204, b"")
    assert started.status_code == 503
    assert started.json()["reasons"][0].startswith("schema")
