"""The routes on a real database: what is taken in, refused, shown, and to whom."""

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

UBL = (Path(__file__).parent / "invoice.xml").read_bytes()
SHA256 = hashlib.sha256(UBL).hexdigest()
DEPARTMENT = "00000001003214345000"
KEY = f"{DEPARTMENT}/0106:12345678/F/1"
XML = {"Content-Type": "application/xml"}


def line(**changes: Any) -> dict[str, Any]:
    return {"line": "1", "order_line": "1", "quantity": "5", "unit": "EA", "price": "12.50"} | (
        changes
    )


def invoice(**changes: Any) -> dict[str, Any]:
    return {
        "type": "invoice",
        "department": DEPARTMENT,
        "supplier": "0106:12345678",
        "invoice": "F/2",
        "issued": "2026-11-05",
        "currency": "EUR",
        "lines": [line()],
    } | changes


async def code_of(asked: httpx.Response) -> tuple[int, str]:
    assert asked.headers["content-type"] == "application/problem+json"
    return asked.status_code, asked.json()["code"]


async def test_an_invoice_is_taken_in_once(client: httpx.AsyncClient) -> None:
    first = await client.post("/v1/documents", content=UBL, headers=XML)
    again = await client.post("/v1/documents", content=UBL, headers=XML)
    assert (first.status_code, again.status_code) == (201, 200)
    outcome, repeated = first.json()["document"], again.json()["document"]
    assert (outcome["status"], repeated["status"]) == ("accepted", "repeated")
    assert (outcome["key"], len(outcome["events"])) == (KEY, 2)
    assert outcome["events"] == repeated["events"]


async def test_another_document_with_the_number_is_kept_and_told(
    client: httpx.AsyncClient,
) -> None:
    other = UBL.replace(b"Straat 1", b"Straat 2")
    await client.post("/v1/documents", content=UBL, headers=XML)
    answers = [await client.post("/v1/documents", content=other, headers=XML) for _ in range(2)]
    assert [await code_of(answer) for answer in answers] == [(409, "DUPLICATE")] * 2
    shown = (await client.get(f"/v1/invoices/{KEY}")).json()
    sha256 = hashlib.sha256(other).hexdigest()
    assert (shown["document"], shown["duplicates"]) == (SHA256, 1)
    assert shown["duplicate_documents"] == [sha256]
    kept = await client.get(f"/v1/originals/{sha256}")
    assert kept.content == other


async def test_an_invoice_that_names_no_order_is_held_and_asks(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/documents", json=invoice())
    assert answer.status_code == 201
    assert answer.json()["document"]["findings"][0]["rule"] == "NO_ORDER_REFERENCE"
    held = (await client.get("/v1/invoices", params={"state": "held"})).json()["invoices"]
    assert [(row["number"], row["codes"]) for row in held] == [("F/2", ["NO_ORDER_REFERENCE"])]
    assert (await client.get("/v1/invoices", params={"state": "payable"})).json()["invoices"] == []


async def test_an_invoice_is_shown_with_its_orders_and_lines(client: httpx.AsyncClient) -> None:
    lines = [line(order="A"), line(line="2", order="B")]
    await client.post("/v1/documents", json=invoice(lines=lines))
    shown = (await client.get(f"/v1/invoices/{DEPARTMENT}/0106:12345678/F/2")).json()
    assert (shown["state"], shown["orders"], shown["payable"]) == ("received", ["A", "B"], "125.00")
    assert [(match["order_number"], match["outcome"]) for match in shown["matches"]] == [
        ("A", None),
        ("B", None),
    ]
    assert [part["lines"][0]["line"] for part in shown["presented"]] == ["1", "2"]


async def test_a_number_is_found_however_its_accents_are_written(
    client: httpx.AsyncClient,
) -> None:
    await client.post("/v1/documents", json=invoice(invoice="F-\u00e9", order="e\u0301"))
    path = f"/v1/invoices/{DEPARTMENT}/0106:12345678/F-"
    for accent in ("\u00e9", "e\u0301"):
        assert (await client.get(path + accent)).status_code == 200
        for asked in ({"invoice": f"F-{accent}"}, {"order": accent}):
            assert (await client.get("/v1/trail", params=asked)).status_code == 200


async def test_a_bad_invoice_gets_all_its_findings(client: httpx.AsyncClient) -> None:
    lines = [line(price="1.12345678901"), line(unit=" ")]
    refused = await client.post("/v1/documents", json=invoice(lines=lines))
    assert await code_of(refused) == (400, "DUPLICATE_LINE")
    rules = [finding["rule"] for finding in refused.json()["findings"]]
    assert rules == ["DUPLICATE_LINE", "TOO_MANY_DECIMALS", "BAD_REFERENCE"]


async def test_a_malformed_document_gets_findings(client: httpx.AsyncClient) -> None:
    refused = await client.post("/v1/documents", content=b"<Invoice", headers=XML)
    assert await code_of(refused) == (400, "INKOOP-XML")


@pytest.mark.parametrize(
    "asked", [{"invoice": "F/1"}, {"invoice": KEY}, {"order": "4500/1"}], ids=str
)
async def test_the_trail_is_found_by_invoice_or_order(
    client: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    await client.post("/v1/documents", content=UBL, headers=XML)
    trail = (await client.get("/v1/trail", params=asked)).json()["entries"]
    assert [entry["type"] for entry in trail] == ["invoice-received", "invoice-presented"]


async def test_a_trail_of_nothing_in_particular_is_not_told(client: httpx.AsyncClient) -> None:
    assert await code_of(await client.get("/v1/trail")) == (400, "INVALID_INPUT")
    unknown = await client.get("/v1/trail", params={"order": "none"})
    assert await code_of(unknown) == (404, "UNKNOWN_INVOICE")


async def test_the_original_is_downloaded_byte_for_byte(client: httpx.AsyncClient) -> None:
    await client.post("/v1/documents", content=UBL, headers=XML)
    answer = await client.get(f"/v1/originals/{SHA256}")
    assert answer.content == UBL
    assert answer.headers["content-disposition"] == f'attachment; filename="{SHA256}.xml"'
    assert "sandbox" in answer.headers["content-security-policy"]


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
async def test_an_invoice_is_seen_by_its_parties(
    client: httpx.AsyncClient, organisation: str, *, sees: bool
) -> None:
    await client.post("/v1/documents", content=UBL, headers=XML)
    headers = {"X-Organisation": organisation}
    page = await client.get("/v1/invoices", headers=headers)
    paths = (f"/v1/invoices/{KEY}", f"/v1/originals/{SHA256}", "/v1/trail?order=4500/1")
    asked = [await client.get(path, headers=headers) for path in paths]
    assert bool(page.json()["invoices"]) is sees
    assert {one.status_code for one in asked} == {200 if sees else 404}
