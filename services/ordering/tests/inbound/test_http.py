"""The routes on a real database: what is taken in, refused, shown, and to whom."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

UBL = (Path(__file__).parent / "order.xml").read_bytes()
DEPARTMENT = "00000001003214345000"
KEY = f"{DEPARTMENT}/4500/1"


def order(**changes: Any) -> dict[str, Any]:
    line = {"line": "1", "quantity": "10", "unit": "EA", "price": "12.50", "description": "Stoel"}
    return {
        "type": "order",
        "department": DEPARTMENT,
        "order": "4500/1",
        "supplier": "0106:12345678",
        "currency": "EUR",
        "issued": "2026-11-01",
        "lines": [line],
    } | changes


def receipt(quantity: str = "4", number: str = "R-1", of: str = "4500/1") -> dict[str, Any]:
    return {
        "department": DEPARTMENT,
        "order": of,
        "receipt": number,
        "received": "2026-11-02",
        "lines": [{"line": "1", "quantity": quantity}],
    }


async def code_of(asked: httpx.Response) -> tuple[int, str]:
    assert asked.headers["content-type"] == "application/problem+json"
    return asked.status_code, asked.json()["code"]


async def test_an_order_is_taken_in_once(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/xml"}
    first = await client.post("/v1/documents", content=UBL, headers=headers)
    again = await client.post("/v1/documents", content=UBL, headers=headers)

    assert (first.status_code, again.status_code) == (201, 200)
    outcome, repeated = first.json()["document"], again.json()["document"]
    assert (outcome["status"], repeated["status"]) == ("accepted", "repeated")
    assert (outcome["key"], outcome["document"]) == (KEY, "order")
    assert outcome["events"] == repeated["events"] == ["12-1"]


async def test_the_same_bytes_are_the_same_command_wherever_they_are_posted(
    client: httpx.AsyncClient,
) -> None:
    body = json.dumps(order())
    headers = {"Content-Type": "application/json"}
    first = await client.post("/v1/orders", content=body, headers=headers)
    again = await client.post("/v1/documents", content=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)


async def test_another_order_with_the_number_is_kept_and_told(client: httpx.AsyncClient) -> None:
    await client.post("/v1/orders", json=order())
    other = await client.post("/v1/orders", json=order(currency="USD"))
    assert await code_of(other) == (409, "DUPLICATE")
    assert other.json()["document"]["status"] == "duplicate"
    shown = (await client.get(f"/v1/orders/{KEY}")).json()
    assert (shown["currency"], shown["duplicates"]) == ("EUR", 1)


async def test_a_number_is_found_however_its_accents_are_written(
    client: httpx.AsyncClient,
) -> None:
    await client.post("/v1/orders", json=order(order="O-\u00e9"))
    for accent in ("\u00e9", "e\u0301"):
        assert (await client.get(f"/v1/orders/{DEPARTMENT}/O-{accent}")).status_code == 200
        trail = await client.get("/v1/trail", params={"order": f"O-{accent}"})
        assert trail.status_code == 200


async def test_an_idempotency_key_names_one_body(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = await client.post("/v1/orders", json=order(), headers=headers)
    again = await client.post("/v1/orders", json=order(), headers=headers)
    other = await client.post("/v1/orders", json=order(order="4501"), headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert await code_of(other) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_a_receipt_is_counted_once(client: httpx.AsyncClient) -> None:
    await client.post("/v1/orders", json=order())
    first = await client.post("/v1/receipts", json=receipt())
    same = await client.post("/v1/receipts", json=receipt(), headers={"Idempotency-Key": "other"})
    other = await client.post("/v1/receipts", json=receipt("5"))
    assert (first.status_code, same.status_code) == (201, 200)
    assert await code_of(other) == (409, "DUPLICATE")
    shown = (await client.get(f"/v1/orders/{KEY}")).json()
    assert (shown["state"], shown["receipts"]) == ("partly-received", 1)
    assert shown["goods_received"][0]["lines"] == [{"line": "1", "quantity": "4"}]


async def test_a_receipt_may_come_before_its_order(client: httpx.AsyncClient) -> None:
    early = await client.post("/v1/receipts", json=receipt("10"))
    assert early.json()["document"]["findings"][0]["rule"] == "ORDER_NOT_HERE_YET"
    assert (await client.get(f"/v1/orders/{KEY}")).json()["state"] == "expected"
    await client.post("/v1/orders", json=order())
    assert (await client.get(f"/v1/orders/{KEY}")).json()["state"] == "received"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"quantity": "-1"}, "NEGATIVE_QUANTITY"),
        ({"price": "1.12345678901"}, "TOO_MANY_DECIMALS"),
        ({"price": 12.5}, "INVALID_INPUT"),
    ],
)
async def test_a_bad_line_gets_its_named_answer(
    client: httpx.AsyncClient, line: dict[str, Any], code: str
) -> None:
    changed = {**order()["lines"][0], **line}
    refused = await client.post("/v1/orders", json=order(lines=[changed]))
    assert await code_of(refused) == (400, code)
    assert refused.json()["findings"][0]["message"]["nl"]
    assert (await client.get(f"/v1/orders/{KEY}")).status_code == 404


async def test_several_documents_get_an_answer_each(client: httpx.AsyncClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.xml", UBL)
        archive.writestr("b.json", json.dumps(order(order="4501")))
        archive.writestr("c.xml", b"<broken")
        archive.writestr("d.xml", UBL)
    headers = {"Content-Type": "application/zip"}
    answer = await client.post("/v1/documents", content=packed.getvalue(), headers=headers)
    assert answer.status_code == 200
    outcomes = [(each["name"], each["status"]) for each in answer.json()["documents"]]
    assert outcomes == [
        ("a.xml", "accepted"),
        ("b.json", "accepted"),
        ("c.xml", "refused"),
        ("d.xml", "repeated"),
    ]


async def test_orders_are_shown_a_page_at_a_time(client: httpx.AsyncClient) -> None:
    for number in ("3", "1", "2"):
        await client.post("/v1/orders", json=order(order=number))
    first = (await client.get("/v1/orders", params={"limit": 2})).json()
    second = (await client.get("/v1/orders", params={"limit": 2, "after": first["next"]})).json()
    assert [row["number"] for row in first["orders"]] == ["1", "2"]
    assert [row["number"] for row in second["orders"]] == ["3"]
    assert (first["orders"][0]["net"], second["next"]) == ("125.00", None)


@pytest.mark.parametrize("reference", ["4500/1", KEY])
async def test_the_trail_of_an_order_is_told(client: httpx.AsyncClient, reference: str) -> None:
    await client.post("/v1/receipts", json=receipt())
    await client.post("/v1/orders", json=order())
    trail = (await client.get("/v1/trail", params={"order": reference})).json()["entries"]
    assert [entry["type"] for entry in trail] == ["receipt-recorded", "order-placed"]
    assert {(entry["actor"], entry["organisation"]) for entry in trail} == {("jan", DEPARTMENT)}


@pytest.mark.parametrize(
    ("organisation", "sees"),
    [
        (DEPARTMENT, True),
        ("00000004000000001000", True),
        ("00000003123456780000", True),
        ("00000003876543210000", False),
        ("00000001999999999000", False),
    ],
    ids=["the department", "the operator", "the supplier", "another supplier", "another"],
)
async def test_an_order_is_seen_by_its_parties(
    client: httpx.AsyncClient, organisation: str, *, sees: bool
) -> None:
    await client.post("/v1/orders", json=order())
    headers = {"X-Organisation": organisation}
    page = await client.get("/v1/orders", headers=headers)
    one = await client.get(f"/v1/orders/{KEY}", headers=headers)
    trail = await client.get("/v1/trail", params={"order": KEY}, headers=headers)
    assert bool(page.json()["orders"]) is sees
    assert {one.status_code, trail.status_code} == {200 if sees else 404}
