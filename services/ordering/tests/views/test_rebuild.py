"""A view that is built anew from the facts equals the one that grew with them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from inkoop_kit.postgres import Database
from inkoop_kit.rebuild import rebuild
from inkoop_ordering.views.orders import ORDERS

DEPARTMENT = "00000001003214345000"


def order(number: str, currency: str = "EUR") -> dict[str, Any]:
    return {
        "department": DEPARTMENT,
        "order": number,
        "supplier": "0106:12345678",
        "currency": currency,
        "issued": "2026-11-01",
        "lines": [{"line": "1", "quantity": "10", "unit": "EA", "price": "0.125"}],
    }


def receipt(number: str, quantity: str) -> dict[str, Any]:
    return {
        "department": DEPARTMENT,
        "order": number,
        "receipt": f"R-{quantity}",
        "received": "2026-11-02",
        "lines": [{"line": "1", "quantity": quantity}],
    }


@pytest.mark.integration
@pytest.mark.asyncio
async def test_rebuilt_orders_equal_the_live_ones(
    client: httpx.AsyncClient, connect: Callable[[], Database]
) -> None:
    for number in ("a", "b", "c"):
        await client.post("/v1/orders", json=order(number))
    for number, quantity in (("a", "4"), ("a", "6"), ("b", "1"), ("early", "2")):
        await client.post("/v1/receipts", json=receipt(number, quantity))
    await client.post("/v1/orders", json=order("b", "USD"))
    database = connect()
    select = "select * from orders order by department, number"
    live = database.connection.execute(select).fetchall()

    rebuilt = list(rebuild(database, ORDERS))

    assert (sum(lane.rows for lane in rebuilt), len(live)) == (4, 4)
    assert database.connection.execute(select).fetchall() == live
