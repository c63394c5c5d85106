"""Which orders are there, and how far did they come in?"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from inkoop_events.values import order_key, order_named, split_order_key
from inkoop_kit.desk import Desk
from inkoop_kit.streams import Told
from inkoop_kit.views import Column, View
from inkoop_ordering.application.ordering import ORDER
from inkoop_ordering.domain.order import Order, OrderFact, OrderState, state_of

_COLUMNS = """department, number, state, supplier, currency, issued, net, lines, receipts,
    duplicates, document, changed_at"""
_ONE = f"""select {_COLUMNS} from orders
    where department = %(department)s and number = %(number)s"""  # noqa: S608 — a constant
_PAGE = f"""select {_COLUMNS} from orders
    where (%(department)s::text is null or department = %(department)s)
        and (department, number) > (%(after_department)s, %(after_number)s)
    order by department, number limit %(limit)s"""  # noqa: S608 — a constant
_KEYS = """select department, number from orders
    where number = %(number)s order by department limit 100"""


class OrderRow(BaseModel):
    """An order as people see it; without `document` only receipts are there, and no order yet."""

    department: str
    number: str
    state: OrderState
    supplier: str | None
    currency: str | None
    issued: date | None
    net: Decimal
    lines: int
    receipts: int
    duplicates: int
    document: str | None
    changed_at: datetime

    @property
    def key(self) -> str:
        """The key of the order's stream and messages."""
        return f"{self.department}/{self.number}"


def _rows(told: Told[Order, OrderFact]) -> Iterator[tuple[Any, ...]]:
    department, number = split_order_key(told.key)
    order = told.state
    yield (
        department,
        number,
        state_of(order).value,
        order.supplier,
        order.currency,
        order.issued,
        order.net,
        order.lines,
        len(order.receipts),
        order.duplicates,
        order.document,
        told.cause.occurred_at,
    )


ORDERS = View(
    name="orders",
    kind=ORDER,
    columns=(
        Column("department", "text", key=True),
        Column("number", "text", key=True),
        Column("state", "text"),
        Column("supplier", "text"),
        Column("currency", "text"),
        Column("issued", "date"),
        Column("net", "numeric"),
        Column("lines", "integer"),
        Column("receipts", "integer"),
        Column("duplicates", "integer"),
        Column("document", "text"),
        Column("changed_at", "timestamptz"),
    ),
    rows=_rows,
)


async def find_order(
    desk: Desk, organisation: str, department: str, number: str
) -> OrderRow | None:
    """The order with this number, when the organisation may see it."""
    rows = await desk.read(organisation, _ONE, {"department": department, "number": number})
    return OrderRow(**rows[0]) if rows else None


async def list_orders(
    desk: Desk, organisation: str, department: str | None, after: str, limit: int
) -> list[OrderRow]:
    """The orders behind the key `after`, in the order of their keys; of one department or all."""
    after_department, _, after_number = after.partition("/")
    place = {"after_department": after_department, "after_number": after_number}
    values = {"department": department, "limit": limit, **place}
    return [OrderRow(**row) for row in await desk.read(organisation, _PAGE, values)]


async def keys_of(desk: Desk, organisation: str, reference: str) -> list[str]:
    """The keys of the orders that a full key or a bare number names, if they may be seen."""
    department, number = order_named(reference)
    if department is not None:
        row = await find_order(desk, organisation, department, number)
        return [row.key] if row else []
    rows = await desk.read(organisation, _KEYS, {"number": number})
    return [order_key(row["department"], row["number"]) for row in rows]
