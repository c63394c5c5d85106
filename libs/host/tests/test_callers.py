"""The caller is read from the headers in two ways, which must never differ."""

import asyncio
from dataclasses import asdict
from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from inkoop_host.callers import Asks, caller_of

OIN = "00000001003214345000"
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=101)
NEARLY = st.text("aZ09._:@/+- é", max_size=101)


@cache
def api() -> FastAPI:
    """Says who asks."""
    app = FastAPI()

    @app.get("/")
    async def show(asks: Asks) -> dict[str, Any]:
        return asdict(asks)

    return app


def by_fastapi(headers: dict[str, str]) -> dict[str, Any] | None:
    """What a handler gets; None where it is not asked at all."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(api())
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            encoded = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
            return await client.get("/", headers=encoded)

    answer = asyncio.run(ask())
    return answer.json() if answer.is_success else None


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "X-Organisation": st.just(OIN) | st.text("0123456789²a", max_size=21),
            "X-Actor": NAMES | NEARLY,
            "X-Correlation-Id": NAMES | NEARLY,
        },
    )
)
@example({"X-Organisation": OIN, "X-Actor": "jan", "X-Correlation-Id": ""})
@example({"X-Organisation": OIN, "X-Actor": "a" * 100, "X-Correlation-Id": "c" * 101})
@example({"X-Organisation": OIN, "X-Actor": "jan", "X-Correlation-Id": "c-1"})
@example({"X-Organisation": OIN, "X-Actor": "jan"})
def test_both_ways_say_the_same(headers: dict[str, str]) -> None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    found = caller_of(Headers(raw=raw))
    assert (asdict(found) if found else None) == by_fastapi(headers)
