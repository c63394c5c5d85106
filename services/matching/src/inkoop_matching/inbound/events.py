"""What matching hears: orders and receipts from ordering, invoices from invoicing."""

from typing import Any

from inkoop_events.invoicing import InvoicePresented
from inkoop_events.ordering import GoodsReceived, OrderPlaced
from inkoop_kit.hearing import Subscription
from inkoop_matching.application.matching import Matching


def subscriptions(matching: Matching) -> tuple[Subscription[Any], ...]:
    """The events that are acted on, each with its question; all have the order for key."""
    return (
        Subscription(OrderPlaced.TOPIC, OrderPlaced, matching.record_order),
        Subscription(GoodsReceived.TOPIC, GoodsReceived, matching.record_receipt),
        Subscription(InvoicePresented.TOPIC, InvoicePresented, matching.record_invoice),
    )
