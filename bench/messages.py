"""Messages for matching as ordering and invoicing send them: every header, 5 lines, cheap to make.

One message of each kind is encoded with a number in it that the others put theirs in place of, so
that offering the load costs a fraction of carrying it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from time import time
from typing import Any
from zlib import crc32

import msgspec
from aiokafka import AIOKafkaProducer

from inkoop_documents.testing import DEPARTMENT_OIN
from inkoop_events.catalogue import schema_uri
from inkoop_events.envelope import Envelope, source_of, to_headers
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
from inkoop_kit.lanes import LANES, event_id, lane_of
from inkoop_kit.relay import send
from inkoop_kit.telling import Outgoing

DEPARTMENT = Oin(DEPARTMENT_OIN)
SUPPLIER = SupplierId("0106:60451258")
"""Those of the test documents, so that messages and documents speak of the same."""
OPERATOR = "00000099000000001000"
LINES = 5
DEAR_EVERY = 12
"""One invoice in twelve asks a price that its order does not allow: 8 % is held."""
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
_NUMBER, _INVOICE = "4500000000", "F000000000"
_MARKED = tuple(word.encode() for word in (_NUMBER, _INVOICE))


class Publishers:
    """Ordering and invoicing, as far as their messages go: positions are dense in each lane."""

    def __init__(self) -> None:
        self._heads: dict[tuple[str, int], int] = {}
        self._payloads = _payloads()

    def order(self, number: int) -> Outgoing:
        """An order of five lines, enough for many invoices."""
        return self._order(number, OrderPlaced, "order")

    def receipt(self, number: int) -> Outgoing:
        """All of it came in."""
        return self._order(number, GoodsReceived, "receipt")

    def invoice(self, number: int, order: int) -> Outgoing:
        """An invoice of five lines for one piece of each line of an order."""
        dear = crc32(b"%d" % number) % DEAR_EVERY == 0  # whatever order comes at which interval
        value = self._payloads["dear invoice" if dear else "invoice"]
        key = invoice_key(number)
        return self._outgoing(
            InvoicePresented, order_key(order), lane_of(key), "invoicing",
            value.replace(_MARKED[0], b"%d" % _order_number(order)).replace(
                _MARKED[1], b"F%09d" % number
            ),
        )  # fmt: skip

    def _order(self, number: int, event: type[Any], kind: str) -> Outgoing:
        key = order_key(number)
        value = self._payloads[kind].replace(_MARKED[0], b"%d" % _order_number(number))
        return self._outgoing(event, key, lane_of(key), "ordering", value)

    def _outgoing(
        self, event: type[Any], key: str, lane: int, service: str, value: bytes
    ) -> Outgoing:
        sequence = self._heads.get((service, lane), 0) + 1
        self._heads[service, lane] = sequence
        now = time()
        envelope = Envelope(
            id=event_id(lane, sequence), source=source_of(OPERATOR, service), type=event.TYPE,
            time=datetime.fromtimestamp(now, UTC), subject=key,
            dataschema=schema_uri(event.TYPE), lane=lane, sequence=sequence,
            department=DEPARTMENT, supplier=SUPPLIER, cause=f"command/{key}", actor="bench",
            organisation=DEPARTMENT, correlation=f"bench-{sequence}", trace=TRACE,
        )  # fmt: skip
        return Outgoing(
            event.TOPIC, lane_of(key), key.encode(), value, to_headers(envelope),
            int(now * 1000), event_id(lane, sequence), TRACE,
        )  # fmt: skip


def invoice_key(number: int) -> str:
    """The key of an invoice."""
    return f"{DEPARTMENT}/{SUPPLIER}/F{number:09d}"


def order_key(number: int) -> str:
    """The key of everything of one order."""
    return f"{DEPARTMENT}/{_order_number(number)}"


def orders_in_every_lane(start: int, each: int) -> Iterator[int]:
    """Numbers of orders from `start` on, so many in each lane."""
    left = dict.fromkeys(range(LANES), each)
    number = start
    while any(left.values()):
        if left[lane := lane_of(order_key(number))]:
            left[lane] -= 1
            yield number
        number += 1


async def offer(bootstrap: str, outgoing: list[Outgoing]) -> None:
    """Put all of it on Kafka, in order, acknowledged."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, acks="all",
        compression_type="zstd", max_batch_size=256 * 1024, max_request_size=8 * 1024 * 1024,
    )  # fmt: skip
    await producer.start()
    try:
        for start in range(0, len(outgoing), 6000):
            await send(producer, outgoing[start : start + 6000])
    finally:
        await producer.stop()


def _order_number(number: int) -> int:
    return 4_500_000_000 + number


def _payloads() -> dict[str, bytes]:
    events = {
        "order": OrderPlaced(
            department=DEPARTMENT, order=OrderNumber(_NUMBER), supplier=SUPPLIER,
            currency=Currency("EUR"), issued=date(2026, 11, 1),
            lines=tuple(_ordered(LineId(str(n))) for n in range(1, LINES + 1)),
        ),
        "receipt": GoodsReceived(
            department=DEPARTMENT, order=OrderNumber(_NUMBER), receipt=ReceiptNumber("R-1"),
            received=date(2026, 11, 2), supplier=SUPPLIER,
            lines=tuple(
                ReceivedLine(line=LineId(str(n)), quantity=Decimal(100_000))
                for n in range(1, LINES + 1)
            ),
        ),
        "invoice": _presented("12.50"),
        "dear invoice": _presented("14.75"),
    }  # fmt: skip
    return {name: msgspec.json.encode(event) for name, event in events.items()}


def _ordered(line: LineId) -> OrderedLine:
    return OrderedLine(
        line=line, quantity=Decimal(100_000), unit="EA", price=Decimal("12.50"),
        net=Decimal("1250000.00"), description=f"Artikel {line}",
    )  # fmt: skip


def _presented(price: str) -> InvoicePresented:
    lines = tuple(
        InvoicedLine(
            line=LineId(str(n)), order_line=LineId(str(n)), quantity=Decimal(1), unit="EA",
            price=Decimal(price), net=Decimal(price), description=f"Artikel {n}",
        )
        for n in range(1, LINES + 1)
    )  # fmt: skip
    return InvoicePresented(
        department=DEPARTMENT, order=OrderNumber(_NUMBER), supplier=SUPPLIER,
        invoice=InvoiceNumber(_INVOICE), kind=InvoiceKind.INVOICE, issued=date(2026, 11, 3),
        currency=Currency("EUR"), lines=lines,
    )  # fmt: skip
