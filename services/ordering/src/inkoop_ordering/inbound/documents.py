"""Documents that come in: which they are, what they ask, and what a refusal of them means."""

from collections.abc import Sequence
from typing import Any

from inkoop_events.values import Oin, OrderNumber, order_key
from inkoop_host.findings import Finding, Message, warn
from inkoop_host.forms import fill_in, is_json, read_json
from inkoop_host.intake import Document
from inkoop_host.outcomes import NotUnderstood, Understood
from inkoop_kit.streams import Original, Refused
from inkoop_ordering.application.ordering import Ordering
from inkoop_ordering.domain.order import OrderDuplicated, OrderPlaced, ReceiptRecorded
from inkoop_ordering.inbound.forms import OrderForm, ReceiptForm, order_claim, receipt_claim
from inkoop_ordering.inbound.ubl import read_ubl
from inkoop_ordering.inbound.words import WORDS

_UNKNOWN = Finding(
    rule="UNKNOWN_DOCUMENT",
    location="/type",
    message=Message(
        nl='Dit is geen order of ontvangst: "type" is "order" of "receipt".',
        en='This is no order or receipt: "type" is "order" or "receipt".',
    ),
)


class OrderingReader:
    """Reads orders and receipts; `expects` is the only sort that is taken, where there is one."""

    words = WORDS

    def __init__(self, ordering: Ordering, expects: str | None = None) -> None:
        self._ordering, self._expects = ordering, expects

    def read(self, document: Document) -> Understood:
        """What the document asks. Raises NotUnderstood with all that is wrong with it."""
        if is_json(document.data):
            return self._read_json(document)
        order = read_ubl(document.data)
        claim = order.claim(document.sha256)
        return self._place(document, order.department, order.number, claim, order.warnings)

    def judge(self, facts: Sequence[Any]) -> Refused | None:
        """A document that was kept as a duplicate is told so."""
        for fact in facts:
            if isinstance(fact, OrderDuplicated):
                return Refused("DUPLICATE", f"document {fact.first_document} has this number")
        return None

    def notice(self, facts: Sequence[Any]) -> list[Finding]:
        """A receipt that came before its order is told so."""
        early = any(isinstance(fact, ReceiptRecorded) and not fact.supplier for fact in facts)
        return [warn("ORDER_NOT_HERE_YET", WORDS)] if early else []

    def _read_json(self, document: Document) -> Understood:
        content = read_json(document.data)
        sort = content.get("type", self._expects) if isinstance(content, dict) else None
        if sort not in ("order", "receipt") or sort != (self._expects or sort):
            raise NotUnderstood([_UNKNOWN])
        if sort == "order":
            order = fill_in(OrderForm, content, sort)
            claim = order_claim(order, document.sha256)
            return self._place(document, order.department, order.order, claim)
        receipt = fill_in(ReceiptForm, content, sort)
        asked = self._ordering.record_receipt(
            receipt.department, receipt.order, receipt_claim(receipt), _original(document)
        )
        return Understood(sort, asked.key, asked)

    def _place(
        self,
        document: Document,
        department: Oin,
        number: OrderNumber,
        claim: OrderPlaced,
        warnings: tuple[Finding, ...] = (),
    ) -> Understood:
        asked = self._ordering.place_order(department, number, claim, _original(document))
        return Understood("order", order_key(department, number), asked, warnings)


def _original(document: Document) -> Original:
    return Original(document.sha256, document.media_type, document.data)
