"""The routes on a real database: what is decided, why, and who may see it."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from inkoop_events.invoicing import InvoicedLine, InvoiceKind, InvoicePresented
from inkoop_events.ordering import GoodsReceived, OrderedLine, OrderPlaced, ReceivedLine
from inkoop_events.values import (
    Currency,
    InvoiceNumber,
    LineId,
    Oin,
    OrderNumber,
    ReceiptNumber,
    SupplierId,
)

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

Tell = Callable[[Sequence[Any]], None]
DEPARTMENT = Oin("00000001003214345000")
OTHER = Oin("00000001823288444000")
OPERATOR = "00000004000000001000"
SUPPLIER = SupplierId("0106:12345678")
LINE = LineId("1")


def order(number: str = "4500/1", department: Oin = DEPARTMENT) -> OrderPlaced:
    line = OrderedLine(
        line=LINE, quantity=Decimal(10), unit="EA", price=Decimal("12.50"), net=Decimal(125)
    )
    return OrderPlaced(
        department=department,
        order=OrderNumber(number),
        supplier=SUPPLIER,
        currency=Currency("EUR"),
        issued=date(2026, 11, 1),
        lines=(line,),
    )


def receipt(quantity: int, number: str = "4500/1", line: LineId = LINE) -> GoodsReceived:
    return GoodsReceived(
        department=DEPARTMENT,
        order=OrderNumber(number),
        receipt=ReceiptNumber("R-1"),
        received=date(2026, 11, 2),
        lines=(ReceivedLine(line=line, quantity=Decimal(quantity)),),
    )


def invoice(
    name: str, quantity: int, number: str = "4500/1", department: Oin = DEPARTMENT
) -> InvoicePresented:
    line = InvoicedLine(
        line=LINE, order_line=LINE, quantity=Decimal(quantity), unit="EA", price=Decimal("12.50"),
        net=quantity * Decimal("12.50"),
    )  # fmt: skip
    return InvoicePresented(
        department=department,
        order=OrderNumber(number),
        supplier=SUPPLIER,
        invoice=InvoiceNumber(name),
        kind=InvoiceKind.INVOICE,
        issued=date(2026, 11, 3),
        currency=Currency("EUR"),
        lines=(line,),
    )


async def get(client: httpx.AsyncClient, path: str, **headers: str) -> Any:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_decision_in_force_says_why(client: httpx.AsyncClient, tell: Tell) -> None:
    tell([order(), receipt(4), invoice("F/1", 6)])
    [decision] = (await get(client, "/v1/decisions"))["decisions"]
    assert (decision["order_number"], decision["invoice"]) == ("4500/1", "F/1")
    assert (decision["outcome"], decision["codes"]) == ("held", ["QTY_OVER_RECEIVED"])
    assert decision["decision"] == f"{DEPARTMENT}/4500/1|{DEPARTMENT}/{SUPPLIER}/F/1|1"
    assert decision["findings"] == [
        {
            "code": "QTY_OVER_RECEIVED",
            "rule": "qty_vs_received",
            "line": "1",
            "order_line": "1",
            "limit": "4",
            "actual": "6",
            "excess": "2",
            "notice": False,
        }
    ]
    assert decision["policy"] == "default@1"


async def test_a_late_receipt_puts_another_decision_in_force(
    client: httpx.AsyncClient, tell: Tell
) -> None:
    tell([order(), invoice("F1", 6), receipt(6)])
    [decision] = (await get(client, "/v1/decisions"))["decisions"]
    assert (decision["outcome"], decision["codes"], decision["findings"]) == ("matched", [], [])
    assert decision["decision"].endswith("|2")


async def test_decisions_come_in_pages_and_by_outcome(
    client: httpx.AsyncClient, tell: Tell
) -> None:
    tell([order(), receipt(8), *(invoice(f"F/{n}", 2) for n in range(5)), invoice("G", 1, "9|9")])
    seen: list[str] = []
    after = ""
    while after is not None:
        page = await get(client, f"/v1/decisions?limit=2&after={after}")
        seen += [one["invoice"] for one in page["decisions"]]
        after = page["next"]
    assert seen == ["F/0", "F/1", "F/2", "F/3", "F/4", "G"]
    held = await get(client, f"/v1/decisions?outcome=held&department={DEPARTMENT}")
    assert [one["invoice"] for one in held["decisions"]] == ["F/4"]
    waiting = await get(client, "/v1/decisions?outcome=waiting")
    assert [one["codes"] for one in waiting["decisions"]] == [["NO_ORDER_YET"]]


async def test_what_is_open_on_an_order_is_shown_with_what_came_for_strange_lines(
    client: httpx.AsyncClient, tell: Tell
) -> None:
    tell([order(), receipt(2), receipt(3, line=LineId("7")), invoice("F1", 2), invoice("F2", 2)])
    [case] = (await get(client, "/v1/open?order=4500/1"))["orders"]
    assert (case["known"], case["strange_lines"]) == (True, ["7"])
    assert [one["invoice"] for one in case["open"]] == ["F2"]


async def test_an_order_that_did_not_come_yet_is_shown_as_such(
    client: httpx.AsyncClient, tell: Tell
) -> None:
    tell([receipt(2, line=LineId("7"))])
    [case] = (await get(client, f"/v1/open?order={DEPARTMENT}/4500/1"))["orders"]
    assert (case["known"], case["strange_lines"], case["open"]) == (False, [], [])


async def test_the_trail_of_an_order_tells_all(client: httpx.AsyncClient, tell: Tell) -> None:
    tell([order(), invoice("F1", 2), receipt(2)])
    entries = (await get(client, "/v1/trail?order=4500/1"))["entries"]
    assert [entry["type"] for entry in entries] == [
        "order-recorded",
        "invoice-recorded",
        "match-decided",
        "receipt-recorded",
        "match-decided",
    ]
    assert [entry["cause"] for entry in entries] == [
        "ordering/1-1",
        "invoicing/1-2",
        "invoicing/1-2",
        "ordering/1-3",
        "ordering/1-3",
    ]


@pytest.mark.parametrize("asked", ["\u00e9", "e\u0301"])
async def test_a_number_is_found_however_its_accents_are_written(
    client: httpx.AsyncClient, tell: Tell, asked: str
) -> None:
    tell([order("\u00e9")])
    answer = await client.get("/v1/trail", params={"order": asked})
    assert [entry["type"] for entry in answer.json()["entries"]] == ["order-recorded"]


async def test_the_trail_of_an_invoice_tells_what_it_was_decided_on(
    client: httpx.AsyncClient, tell: Tell
) -> None:
    tell([order(), receipt(1), invoice("F1", 1), receipt(5), invoice("F2", 2), receipt(1)])
    for reference in ("F2", f"{DEPARTMENT}/{SUPPLIER}/F2"):
        entries = (await get(client, f"/v1/trail?invoice={reference}"))["entries"]
        assert [(entry["type"], entry["cause"]) for entry in entries] == [
            ("order-recorded", "ordering/1-1"),
            ("receipt-recorded", "ordering/1-4"),
            ("invoice-recorded", "invoicing/1-5"),
            ("match-decided", "invoicing/1-5"),
        ]


async def test_a_department_sees_its_own_and_the_operator_sees_all(
    client: httpx.AsyncClient, tell: Tell
) -> None:
    tell([order(), invoice("F1", 1), order(department=OTHER), invoice("F1", 1, department=OTHER)])

    async def seen(organisation: str) -> tuple[int, int]:
        who = {"X-Organisation": organisation}
        decisions = await get(client, "/v1/decisions", **who)
        trail = await client.get("/v1/trail?order=4500/1", headers=who)
        return len(decisions["decisions"]), len(trail.json().get("entries", ()))

    assert await seen(DEPARTMENT) == (1, 3)
    assert await seen(OPERATOR) == (2, 6)
    assert await seen("00000003123456780000") == (0, 0)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/trail", 400, "INVALID_INPUT"),
        ("/v1/trail?order=1&invoice=2", 400, "INVALID_INPUT"),
        ("/v1/trail?order=nothing", 404, "UNKNOWN_ORDER_OR_INVOICE"),
        ("/v1/trail?invoice=nothing", 404, "UNKNOWN_ORDER_OR_INVOICE"),
        ("/v1/open?order=nothing", 404, "UNKNOWN_ORDER_OR_INVOICE"),
        ("/v1/decisions?outcome=perhaps", 400, "INVALID_INPUT"),
        ("/v1/decisions?limit=0", 400, "INVALID_INPUT"),
    ],
)
async def test_a_question_without_an_answer_says_why(
    client: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    answer = await client.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_policy_in_force_can_be_read(client: httpx.AsyncClient) -> None:
    [shown] = (await get(client, "/v1/policies"))["policies"]
    assert shown["department"] is None
    assert shown["policy"]["price"]["over_pct"] == "2"
    assert (shown["policy"]["match"], shown["policy"]["line_total"]) == ("three_way", None)
