import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from fastapi import APIRouter
from host_http import CALLER, OIN, client_of, edge_of
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from inkoop_host import edge as edge_module
from inkoop_host.callers import Asks
from inkoop_host.forms import JsonBody
from inkoop_host.problems import Problem
from inkoop_host.tracing import Tracing
from inkoop_kit.desk import Busy, CommandConflict
from inkoop_kit.streams import Refused

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"


class Thing(BaseModel):
    name: str
    count: int


def failing() -> APIRouter:
    """Routes that go wrong, each in its way."""
    router = APIRouter()
    errors: dict[str, Exception] = {
        "refused": Refused("TOO_MANY_THINGS", "Send fewer."),
        "conflict": CommandConflict("17"),
        "busy": Busy("too many commands wait", 7),
        "away": psycopg.OperationalError("password=secret"),
        "bug": KeyError("J. Jansen"),
        "problem": Problem(400, "BAD_THING", "Not a thing", "Mend it.", findings=[1]),
    }

    @router.get("/v1/fails/{how}")
    async def fails(how: str) -> None:
        raise errors[how]

    return router


def probe() -> dict[str, str]:
    """A cluster asks whether it lives."""
    return {}


def working() -> APIRouter:
    """Routes that answer."""
    router = APIRouter()

    @router.post("/v1/things", status_code=201)
    async def make(thing: Thing, asks: Asks) -> str:
        return f"{thing.name} by {asks.actor}"

    @router.post("/v1/commands")
    async def command(body: JsonBody) -> dict[str, Any]:
        [document] = body.documents
        cause = document.command.cause()
        return {
            "id": document.command.id, "fingerprint": document.command.fingerprint,
            "actor": cause.actor, "trace": cause.trace, "correlation": cause.correlation,
            "at": cause.occurred_at.isoformat(),
        }  # fmt: skip

    @router.get("/v1/things/{thing}")
    async def show(thing: str, asks: Asks) -> dict[str, str]:
        return {"thing": thing, "organisation": asks.organisation}

    @router.post("/v1/raw")
    async def raw() -> None: ...

    @router.get("/v1/slow")
    async def slow() -> None:
        await asyncio.Event().wait()

    @router.get("/v1/stream")
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield "one\n"
            await asyncio.sleep(0.05)
            yield "two\n"

        return StreamingResponse(lines())

    return router


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest_asyncio.fixture
async def client(registry: CollectorRegistry) -> AsyncGenerator[httpx.AsyncClient]:
    router = working()
    router.include_router(failing())
    async with client_of(edge_of(router, registry=registry)) as made:
        yield made


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("refused", 409, "TOO_MANY_THINGS"),
        ("conflict", 409, "IDEMPOTENCY_KEY_REUSED"),
        ("busy", 503, "BUSY"),
        ("away", 503, "DATABASE_AWAY"),
        ("bug", 500, "INTERNAL_ERROR"),
        ("problem", 400, "BAD_THING"),
    ],
)
async def test_whatever_goes_wrong_is_a_problem(
    client: httpx.AsyncClient, how: str, status: int, code: str
) -> None:
    answer = await client.get(f"/v1/fails/{how}")

    body = answer.json()
    assert answer.status_code == body["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["api-version"] == "1.2.3"
    assert body["code"] == code
    assert {"type", "title", "detail", "trace_id"} <= body.keys()
    assert "Jansen" not in answer.text
    assert "secret" not in answer.text


@pytest.mark.asyncio
async def test_who_must_come_again_is_told_when(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/fails/busy")).headers["retry-after"] == "7"
    assert "retry-after" in (await client.get("/v1/fails/away")).headers


@pytest.mark.asyncio
async def test_a_bug_is_logged_once_with_the_trace_that_the_caller_sees(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "inkoop_host.edge"):
        answer = await client.get("/v1/fails/bug", headers={"traceparent": PARENT})

    assert answer.json()["trace_id"] == PARENT[3:35]
    failures = [line for line in caplog.records if line.exc_info]
    assert [line.getMessage() for line in failures] == ["a request failed"]


@pytest.mark.asyncio
async def test_extra_members_stand_in_the_problem(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/fails/problem")).json()["findings"] == [1]


@pytest.mark.asyncio
async def test_what_is_not_there_is_a_problem_too(client: httpx.AsyncClient) -> None:
    missing = await client.get("/v1/nothing")
    slash = await client.get("/v1/things/1/", headers=CALLER)
    wrong = await client.delete("/v1/things/1")

    assert [missing.status_code, slash.status_code, wrong.status_code] == [404, 404, 405]
    assert missing.json()["code"] == "NOT_FOUND"
    assert wrong.json()["code"] == "METHOD_NOT_ALLOWED"
    assert wrong.headers["allow"] == "GET"


@pytest.mark.asyncio
async def test_all_invalid_input_is_said_at_once_and_never_quoted(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post(
        "/v1/things", json={"count": "J. Jansen"}, headers={"X-Organisation": "17"}
    )

    assert answer.status_code == 400
    assert {error["location"] for error in answer.json()["errors"]} == {
        "header/X-Organisation", "header/X-Actor", "body/name", "body/count",
    }  # fmt: skip
    assert "Jansen" not in answer.text


@pytest.mark.asyncio
async def test_what_is_no_json_is_invalid_input(client: httpx.AsyncClient) -> None:
    headers = {**CALLER, "Content-Type": "application/json"}
    answer = await client.post("/v1/things", content=b"{", headers=headers)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.asyncio
async def test_a_command_says_who_when_and_why(client: httpx.AsyncClient) -> None:
    headers = {**CALLER, "traceparent": PARENT, "Idempotency-Key": "k-1"}
    body = (await client.post("/v1/commands", json={"a": 1}, headers=headers)).json()

    assert body["id"] == f"{OIN}/k-1"
    assert body["actor"] == "user:17"
    assert body["at"] == "2026-11-24T12:00:00+00:00"
    assert body["trace"].startswith(PARENT[:36])
    assert body["correlation"] == PARENT[3:35]


@pytest.mark.asyncio
async def test_without_a_key_the_body_is_the_key(client: httpx.AsyncClient) -> None:
    async def post(content: bytes) -> dict[str, Any]:
        return (await client.post("/v1/commands", content=content, headers=CALLER)).json()

    first, again, other = await post(b"{}"), await post(b"{}"), await post(b"{ }")

    assert first["id"] == again["id"] == f"{OIN}/{hashlib.sha256(b'{}').hexdigest()}"
    assert first["fingerprint"] == again["fingerprint"]
    assert other["id"] != first["id"]


@pytest.mark.asyncio
async def test_one_key_of_two_organisations_is_two_keys(client: httpx.AsyncClient) -> None:
    ids: set[str] = set()
    for organisation in (OIN, OIN[:-1] + "1"):
        headers = {**CALLER, "X-Organisation": organisation, "Idempotency-Key": "k-1"}
        ids.add((await client.post("/v1/commands", json={}, headers=headers)).json()["id"])

    assert len(ids) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("actor", ["", "J. Jansen", "x" * 101, "a\u00e9"])
async def test_an_actor_is_an_id_and_no_name(client: httpx.AsyncClient, actor: str) -> None:
    headers = httpx.Headers({**CALLER, "X-Actor": actor}, encoding="utf-8")
    answer = await client.get("/v1/things/1", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


@pytest.mark.asyncio
async def test_a_body_over_the_limit_is_refused_before_it_is_read(
    client: httpx.AsyncClient,
) -> None:
    announced = {"Content-Length": str(edge_module.MAX_BODY + 1)}
    answer = await client.post("/v1/raw", headers=announced)

    assert answer.status_code == 413
    assert answer.json()["limit"] == edge_module.MAX_BODY


@pytest.mark.asyncio
async def test_a_body_that_does_not_say_its_length_is_counted(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_module, "MAX_BODY", 1000)
    read: list[int] = []

    async def chunks() -> AsyncIterator[bytes]:
        for number in range(10):
            read.append(number)
            yield b" " * 400

    headers = {**CALLER, "Content-Type": "application/json"}
    answer = await client.post("/v1/things", content=chunks(), headers=headers)

    assert answer.status_code == 413
    assert answer.json()["code"] == "TOO_LARGE"


@pytest.mark.asyncio
async def test_an_answer_that_does_not_begin_in_time_is_a_problem(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_module, "MAX_SECONDS", 0.02)

    slow, stream = await client.get("/v1/slow"), await client.get("/v1/stream")

    assert (slow.status_code, slow.json()["code"]) == (503, "TIMEOUT")
    assert stream.text == "one\ntwo\n"


@pytest.mark.asyncio
async def test_a_browser_is_kept_away(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/things/1", headers=CALLER)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["api-version"] == "1.2.3"

    foreign = await client.post("/v1/raw", headers={"Sec-Fetch-Site": "cross-site"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "CROSS_SITE")


@pytest.mark.asyncio
async def test_another_host_name_is_refused_on_loopback(client: httpx.AsyncClient) -> None:
    for host in ("evil.example", "evil.example:8080"):
        assert (
            await client.get("/v1/things/1", headers={**CALLER, "Host": host})
        ).status_code == 421
    for host in ("localhost", "127.0.0.1:8080", "[::1]:8080", "[::1]"):
        assert (
            await client.get("/v1/things/1", headers={**CALLER, "Host": host})
        ).status_code == 200


@pytest.mark.asyncio
async def test_an_exposed_service_has_any_name() -> None:
    async with client_of(edge_of(working(), exposed=True)) as client:
        answer = await client.get("/v1/things/1", headers={**CALLER, "Host": "thing.ns.svc"})

    assert answer.status_code == 200


@pytest.mark.asyncio
async def test_a_request_is_measured_and_logged_by_the_template_of_its_route(
    client: httpx.AsyncClient, registry: CollectorRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "inkoop_host.edge"):
        await client.get("/v1/things/J.Jansen", headers=CALLER)
        await client.get("/v1/J.Jansen")
        await client.request("BREW", "/v1/J.Jansen")

    def count(method: str, route: str, status: str) -> float | None:
        labels = {"method": method, "route": route, "status": status}
        name = "http_server_request_duration_seconds_count"
        return registry.get_sample_value(name, labels)

    assert count("GET", "/v1/things/{thing}", "200") == 1
    assert count("GET", "unmatched", "404") == 1
    assert count("other", "unmatched", "404") == 1
    assert "GET /v1/things/{thing} 200" in caplog.messages
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("inkoop")]
    assert ours
    assert not any("Jansen" in message for message in ours)


@pytest.mark.asyncio
async def test_a_request_is_a_span_by_the_template_of_its_route_and_a_probe_is_none() -> None:
    collected = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(collected))
    router = working()
    router.add_api_route("/livez", probe)

    async with client_of(edge_of(router, tracing=Tracing(provider))) as client:
        await client.get("/livez", headers={"traceparent": PARENT[:-1] + "1"})
        headers = {**CALLER, "traceparent": PARENT[:-1] + "1"}
        await client.get("/v1/things/J.Jansen", headers=headers)

    [span] = collected.get_finished_spans()
    assert span.name == "GET /v1/things/{thing}"
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 200
    assert "Jansen" not in span.to_json()
    assert span.parent is not None
    assert f"{span.parent.trace_id:032x}" == PARENT[3:35]


@pytest.mark.asyncio
async def test_openapi_says_whom_to_ask_and_what_a_problem_is(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    assert document["openapi"].startswith("3.")
    assert document["info"]["contact"].keys() == {"name", "url", "email"}
    assert document["info"]["version"] == "1.2.3"
    operation = document["paths"]["/v1/things"]["post"]
    assert operation["operationId"] == "make"
    assert operation["responses"].keys() == {"201", "4XX", "5XX"}
    for response in operation["responses"].values():
        assert "API-Version" in response["headers"]
    problem = operation["responses"]["4XX"]["content"]["application/problem+json"]
    assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert "Problem" in document["components"]["schemas"]
    assert (await client.get("/docs")).status_code == 404
