"""What may be asked: place an order, record a receipt."""

from functools import partial

from inkoop_events.values import Oin, OrderNumber, order_key
from inkoop_kit.streams import Ask, Kind, Original
from inkoop_ordering.domain.order import (
    Order,
    OrderDuplicated,
    OrderFact,
    OrderPlaced,
    ReceiptRecorded,
    evolve,
    place,
    record_receipt,
)

ORDER: Kind[Order, OrderFact] = Kind(
    name="order",
    facts=(OrderPlaced, OrderDuplicated, ReceiptRecorded),
    state=Order,
    evolve=evolve,
)


class Ordering:
    """The commands of the ordering service."""

    def place_order(
        self, department: Oin, order: OrderNumber, claim: OrderPlaced, original: Original
    ) -> Ask[Order, OrderFact]:
        """Place an order; the document is kept, also when it is a duplicate."""
        decide = partial(place, number=order, claim=claim)
        return Ask(ORDER, order_key(department, order), decide, (original,))

    def record_receipt(
        self, department: Oin, order: OrderNumber, claim: ReceiptRecorded, original: Original
    ) -> Ask[Order, OrderFact]:
        """Record what came in of an order, before or after the order itself."""
        decide = partial(record_receipt, number=order, claim=claim)
        return Ask(ORDER, order_key(department, order), decide, (original,))
