from collections.abc import AsyncGenerator
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter
from host_http import CALLER, OIN, client_of, edge_of
from hypothesis import given
from hypothesis import strategies as st

from inkoop_host.forms import Day, Exact, Form, JsonBody, body_of, fill_in, is_json, read_json
from inkoop_host.outcomes import NotUnderstood


class Part(Form):
    number: Exact


class Whole(Form):
    day: Day
    parts: tuple[Part, ...] = ()


def whole(number: object, day: object = "2026-11-01") -> Whole:
    return fill_in(Whole, {"day": day, "parts": [{"number": number}]}, "whole")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=11, max_value=10**12))
def test_a_number_in_a_string_keeps_every_digit(number: Decimal) -> None:
    assert whole(f"{number:f}").parts[0].number == number


def test_a_whole_number_needs_no_string() -> None:
    assert whole(12).parts[0].number == Decimal(12)


@pytest.mark.parametrize(
    "number",
    [12.5, "NaN", "1e9", "Infinity", "", "-", ".5", "5.", "1_000", "٣", True, None, "9" * 61, " 1"],
)
def test_what_is_no_exact_number_is_told(number: object) -> None:
    with pytest.raises(NotUnderstood) as why:
        whole(number)
    [finding] = why.value.findings
    assert (finding.rule, finding.location) == ("INVALID_INPUT", "/parts/0/number")


@pytest.mark.parametrize("day", ["2026-13-01", "20261101", "2026-11-01T00:00:00", 1, None])
def test_what_is_no_date_is_told(day: object) -> None:
    with pytest.raises(NotUnderstood):
        whole(1, day)


def test_a_date_is_a_date() -> None:
    assert whole(1).day == date(2026, 11, 1)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(NotUnderstood) as why:
        fill_in(Whole, {"parts": [{}, {"number": "1", "colour": "red"}]}, "whole")
    places = [finding.location for finding in why.value.findings]
    assert places == ["/day", "/parts/0/number", "/parts/1/colour"]
    assert why.value.document == "whole"


@pytest.mark.parametrize(
    "data",
    [b"{", b"", b"\xff", b"[" * 100_000, b"1" * 5000, b'{"a": "\xed\xa0\x80"}', b'{"\\uD800": 1}'],
)
def test_what_is_no_json_is_told(data: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read_json(data)


def test_a_whole_character_in_two_escapes_is_read() -> None:
    assert read_json(b'["\\ud83d\\ude00"]') == ["\U0001f600"]


def test_json_is_known_by_its_first_character() -> None:
    assert is_json(b'\xef\xbb\xbf  {"a": 1}')
    assert not is_json(b"<order/>")


def test_the_schema_of_a_form_stands_on_its_own() -> None:
    schema = body_of(Whole)["requestBody"]["content"]["application/json"]["schema"]
    part = schema["properties"]["parts"]["items"]
    assert part["properties"]["number"]["type"] == "string"
    assert "$ref" not in str(schema)


@pytest_asyncio.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    router = APIRouter()

    @router.post("/{where}")
    async def take(where: str, body: JsonBody) -> dict[str, Any]:
        [document] = body.documents
        return {"id": document.command.id, "fingerprint": document.command.fingerprint}

    async with client_of(edge_of(router)) as made:
        yield made


@pytest.mark.asyncio
async def test_without_a_key_the_bytes_are_the_command_wherever_they_go(
    client: httpx.AsyncClient,
) -> None:
    first, second = [
        (await client.post(path, content=b"{}", headers=CALLER)).json() for path in ("/a", "/b")
    ]
    assert first == second


@pytest.mark.asyncio
async def test_a_key_names_one_body_at_one_place(client: httpx.AsyncClient) -> None:
    headers = {**CALLER, "Idempotency-Key": "k-1"}
    asked = [("/a", b"{}"), ("/a", b"{ }"), ("/b", b"{}")]
    got = [(await client.post(p, content=body, headers=headers)).json() for p, body in asked]
    assert {one["id"] for one in got} == {f"{OIN}/k-1"}
    assert len({one["fingerprint"] for one in got}) == 3
