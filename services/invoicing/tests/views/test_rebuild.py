"""A view that is built anew from the facts equals the one that grew with them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, LiteralString

import httpx
import pytest

from inkoop_events.values import InvoiceKey, OrderNumber
from inkoop_invoicing.application.invoicing import Invoicing
from inkoop_invoicing.domain.invoice import MatchNoted, Outcome
from inkoop_invoicing.views.documents import DOCUMENTS
from inkoop_invoicing.views.invoice_orders import INVOICE_ORDERS
from inkoop_invoicing.views.invoices import INVOICES
from inkoop_kit.desk import Command, Desk
from inkoop_kit.postgres import Database
from inkoop_kit.rebuild import rebuild

DEPARTMENT = "00000001003214345000"
NOW = datetime(2026, 11, 24, 13, tzinfo=UTC)


def invoice(number: str, *orders: str | None, vat: str = "0") -> dict[str, Any]:
    lines = [
        {"line": str(n), "order": order, "quantity": "2", "unit": "EA", "price": "0.125"}
        for n, order in enumerate(orders, 1)
    ]
    return {
        "type": "invoice",
        "department": DEPARTMENT,
        "supplier": "0106:12345678",
        "invoice": number,
        "issued": "2026-11-05",
        "currency": "EUR",
        "lines": lines,
        "vat": vat,
    }


async def decide(
    desk: Desk, number: str, order: str, nth: int, outcome: Outcome, *codes: str
) -> None:
    noted = MatchNoted(
        order=OrderNumber(order),
        decision=f"{order}|{number}|{nth}",
        number=nth,
        outcome=outcome,
        codes=codes,
    )
    key = InvoiceKey(f"{DEPARTMENT}/0106:12345678/{number}")
    command = Command(noted.decision, "x", "matching", DEPARTMENT, "", None, NOW)
    await desk.ask(Invoicing().note_decision(key, noted), command)


def rows(database: Database, select: LiteralString) -> list[tuple[Any, ...]]:
    return database.connection.execute(select).fetchall()


@pytest.mark.integration
@pytest.mark.asyncio
async def test_rebuilt_invoices_equal_the_live_ones(
    client: httpx.AsyncClient, desk: Desk, connect: Callable[[], Database]
) -> None:
    for given in (
        invoice("1", "A", "B"),
        invoice("2", "A", None),
        invoice("3", 'a "b" \\c'),
        invoice("1", "A", vat="1"),
    ):
        await client.post("/v1/documents", json=given)
    await decide(desk, "1", "A", 1, Outcome.WAITING, "NO_ORDER_YET")
    await decide(desk, "1", "B", 1, Outcome.HELD, "PRICE", "LATE")
    await decide(desk, "3", 'a "b" \\c', 1, Outcome.MATCHED)
    database = connect()
    views: tuple[tuple[Any, LiteralString], ...] = (
        (INVOICES, "select * from invoices order by number"),
        (INVOICE_ORDERS, "select * from invoice_orders order by number, order_number"),
        (DOCUMENTS, "select * from documents order by sha256"),
    )
    live = [rows(database, select) for _, select in views]
    for view, _ in views:
        list(rebuild(database, view))

    assert [rows(database, select) for _, select in views] == live
    assert [len(part) for part in live] == [3, 4, 4]
    states = {row[3]: row[5] for row in live[0]}
    assert states == {"1": "held", "2": "held", "3": "payable"}
