"""Which of our facts the others hear of, and in what words."""

from typing import TypeAlias, assert_never

from inkoop_events import ordering as public
from inkoop_events.values import split_order_key
from inkoop_ordering.domain.order import (
    OrderDuplicated,
    OrderFact,
    OrderPlaced,
    ReceiptRecorded,
)

PublicEvent: TypeAlias = public.OrderPlaced | public.GoodsReceived
TOLD_ONCE = (public.OrderPlaced, public.GoodsReceived)
"""Each stands for one document: a receipt that is told again would be counted again."""


def to_public(key: str, fact: OrderFact) -> PublicEvent | None:
    """One fact gives at most one public event; a duplicate order concerns nobody else."""
    match fact:
        case OrderPlaced():
            return _order_placed(key, fact)
        case ReceiptRecorded():
            return _goods_received(key, fact)
        case OrderDuplicated():
            return None
        case _:
            assert_never(fact)


def _order_placed(key: str, fact: OrderPlaced) -> public.OrderPlaced:
    department, order = split_order_key(key)
    return public.OrderPlaced(
        department=department,
        order=order,
        supplier=fact.supplier,
        currency=fact.currency,
        issued=fact.issued,
        lines=tuple(
            public.OrderedLine(
                line=line.line,
                quantity=line.quantity,
                unit=line.unit,
                price=line.price,
                net=line.net,
                description=line.description,
            )
            for line in fact.lines
        ),
        document=fact.document,
    )


def _goods_received(key: str, fact: ReceiptRecorded) -> public.GoodsReceived:
    department, order = split_order_key(key)
    return public.GoodsReceived(
        department=department,
        order=order,
        receipt=fact.receipt,
        received=fact.received,
        lines=tuple(
            public.ReceivedLine(line=line.line, quantity=line.quantity) for line in fact.lines
        ),
        supplier=fact.supplier,
    )
