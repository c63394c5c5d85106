"""Orders and receipts over HTTP: taking them in, showing them, and what became of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from inkoop_host.callers import Asks
from inkoop_host.documents_http import take_documents
from inkoop_host.forms import JsonBody, body_of
from inkoop_host.outcomes import OneOutcome, respond, take_in
from inkoop_host.problems import Problem
from inkoop_host.questions import OIN, Limit, Number, Reference, Trail
from inkoop_kit.desk import Desk
from inkoop_kit.queries import TrailEntry
from inkoop_kit.streams import stream_of
from inkoop_ordering.application.ordering import ORDER, Ordering
from inkoop_ordering.inbound.documents import OrderingReader
from inkoop_ordering.inbound.forms import OrderForm, ReceiptForm
from inkoop_ordering.views.orders import OrderRow, find_order, keys_of, list_orders

_REPEATED: dict[int | str, dict[str, Any]] = {
    200: {"model": OneOutcome, "description": "The same again: nothing happened"}
}

Department = Annotated[str, Path(pattern=OIN, description="The department's OIN")]


class OrderPage(BaseModel):
    """Some orders in the order of their keys; `next` is the `after` of the page behind it."""

    orders: list[OrderRow]
    next: str | None


class OrderDetail(OrderRow):
    """An order with its lines and receipts, as they were recorded."""

    order_lines: list[dict[str, Any]]
    goods_received: list[dict[str, Any]]


def router(ordering: Ordering, desk: Desk) -> APIRouter:
    """The routes of the ordering service."""
    routes = APIRouter(prefix="/v1")
    take_documents(routes, desk, OrderingReader(ordering), "orders and receipts")
    _take_json(routes, ordering, desk)
    _show(routes, desk)
    return routes


def _take_json(routes: APIRouter, ordering: Ordering, desk: Desk) -> None:
    orders = OrderingReader(ordering, expects="order")
    receipts = OrderingReader(ordering, expects="receipt")

    @routes.post(
        "/orders",
        status_code=201,
        response_model=OneOutcome,
        responses=_REPEATED,
        openapi_extra=body_of(OrderForm),
        tags=["orders"],
    )
    async def place_order(body: JsonBody) -> Response:
        """Place an order."""
        return respond(await take_in(desk, body, orders), single=True)

    @routes.post(
        "/receipts",
        status_code=201,
        response_model=OneOutcome,
        responses=_REPEATED,
        openapi_extra=body_of(ReceiptForm),
        tags=["receipts"],
    )
    async def record_receipt(body: JsonBody) -> Response:
        """Record what came in of an order, before or after the order itself."""
        return respond(await take_in(desk, body, receipts), single=True)


def _show(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/orders", tags=["orders"])
    async def get_orders(
        asks: Asks,
        department: Annotated[str | None, Query(pattern=OIN)] = None,
        after: Annotated[str, Query(max_length=250)] = "",
        limit: Limit = 50,
    ) -> OrderPage:
        """The orders that the caller's organisation may see, a page at a time."""
        rows = await list_orders(desk, asks.organisation, department, after, limit)
        return OrderPage(orders=rows, next=rows[-1].key if len(rows) == limit else None)

    @routes.get("/orders/{department}/{number:path}", tags=["orders"])
    async def get_order(asks: Asks, department: Department, number: Number) -> OrderDetail:
        """One order with its lines and receipts."""
        row = await find_order(desk, asks.organisation, department, number)
        if row is None:
            raise Problem(404, "UNKNOWN_ORDER", "There is no such order that you may see")
        return _detail(row, await desk.trail([stream_of(ORDER.name, row.key)]))

    @routes.get("/trail", tags=["trail"])
    async def get_trail(asks: Asks, order: Reference) -> Trail:
        """The trail of an order, by its full key or its bare number."""
        keys = await keys_of(desk, asks.organisation, order)
        if not keys:
            raise Problem(404, "UNKNOWN_ORDER", "There is no such order that you may see")
        return Trail(entries=await desk.trail([stream_of(ORDER.name, key) for key in keys]))


def _detail(row: OrderRow, trail: list[TrailEntry]) -> OrderDetail:
    placed = [entry.data["lines"] for entry in trail if entry.type == "order-placed"]
    received = [entry.data for entry in trail if entry.type == "receipt-recorded"]
    return OrderDetail(
        **row.model_dump(), order_lines=placed[0] if placed else [], goods_received=received
    )
