"""The rival: the same decisions as a process application of the `eventsourcing` library.

Messages come from the notification log of another application; one transaction a message holds the
new events and the position, as the library does it. Payloads are encoded by msgspec, which favours
the library; nothing is shown in a view or sent to Kafka, which favours it too.
"""

import time
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from eventsourcing.application import Application, ProcessingEvent
from eventsourcing.domain import Aggregate
from eventsourcing.system import ProcessApplication
from psycopg.conninfo import conninfo_to_dict

from bench.messages import Publishers
from bench.schemas import tables
from inkoop_events.invoicing import InvoicePresented
from inkoop_events.ordering import GoodsReceived, OrderPlaced
from inkoop_kit.codec import Codec
from inkoop_kit.streams import Ask, Cause
from inkoop_kit.telling import Outgoing
from inkoop_local.stack import Stack
from inkoop_matching.application.matching import CASE, Matching
from inkoop_matching.domain.case import Case
from inkoop_matching.main import read_policies

_CODEC = Codec(CASE)
_DECODERS = {
    e.TYPE: msgspec.json.Decoder(e) for e in (OrderPlaced, GoodsReceived, InvoicePresented)
}


class Message(Aggregate):
    """What came in, as the log of the application that is followed holds it."""

    class Told(Aggregate.Created):
        """It was told."""

        kind: str
        cause: str
        payload: str


class Order(Aggregate):
    """A case in the library's clothes: our facts in its events."""

    class Opened(Aggregate.Created):
        """Nothing of the order is known yet."""

    class Noted(Aggregate.Event):
        """One of our facts."""

        kind: str
        data: str

        def apply(self, aggregate: Any) -> None:  # noqa: ANN401
            """Fold it into the case."""
            case = getattr(aggregate, "case", None) or Case()
            aggregate.case = CASE.evolve(case, _CODEC.decode(self.kind, 1, self.data))


class Market(Application[UUID]):
    """The application whose log is followed."""

    log_section_size = 100


class Deciding(ProcessApplication[UUID]):
    """Matching."""

    pull_section_size: ClassVar[int] = 100
    matching: Matching

    def policy(self, domain_event: Any, processing_event: ProcessingEvent[UUID]) -> None:  # noqa: ANN401  # pyright: ignore[reportIncompatibleVariableOverride]
        """Decide on one message, as our processor does."""
        message = _DECODERS[domain_event.kind].decode(domain_event.payload)
        ask = self._ask(message, domain_event)
        order = self._order(ask.key)
        for fact in ask.decide(getattr(order, "case", Case())):
            data = _CODEC.encode(fact).decode()
            order.trigger_event(Order.Noted, kind=fact.TYPE, data=data)
        processing_event.collect_events(order)

    def _ask(self, message: Any, told: Any) -> Ask[Any, Any]:  # noqa: ANN401
        cause = Cause(told.cause, "bench", "", "bench", told.timestamp)
        match message:
            case OrderPlaced():
                return self.matching.record_order(message, cause)
            case GoodsReceived():
                return self.matching.record_receipt(message, cause)
            case _:
                return self.matching.record_invoice(message, cause)

    def _order(self, key: str) -> Any:  # noqa: ANN401
        id_ = uuid5(NAMESPACE_URL, key)
        if id_ in self.repository:
            return self.repository.get(id_)
        return Order._create(Order.Opened, id=id_)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] — the library's own way


class LibraryMatching:
    """A log full of messages, and the application that works through it for some seconds a time."""

    def __init__(self, stack: Stack, seconds: float) -> None:
        access = tables(stack, "matching", "library_matching")
        owner = conninfo_to_dict(access.owner_url)
        env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(owner["dbname"]),
            "POSTGRES_HOST": str(owner["host"]),
            "POSTGRES_PORT": str(owner["port"]),
            "POSTGRES_USER": str(owner["user"]),
            "POSTGRES_PASSWORD": str(owner.get("password") or ""),
            "POSTGRES_SCHEMA": access.schema,
        }
        self._seconds = seconds
        self._market, self._deciding = Market(env), Deciding(env)
        self._deciding.matching = Matching(read_policies(None))
        self._deciding.follow("Market", self._market.notification_log)
        self._load(int(seconds * 5 * 1500))

    def run(self) -> float:
        """Messages a second."""
        app, done = self._deciding, 0
        started = time.perf_counter()
        at = app.recorder.max_tracking_id("Market")
        for page in app.pull_notifications("Market", start=at, inclusive_of_start=False):
            for told, tracking in app.convert_notifications("Market", page):
                app.process_event(told, tracking)
                done += 1
            if (took := time.perf_counter() - started) > self._seconds:
                return done / took
        return done / (time.perf_counter() - started)

    def _load(self, messages: int) -> None:
        """Order, receipt, invoice, and so on; through the library's own batch path."""
        publishers = Publishers()
        for start in range(0, messages // 3, 300):
            events = [
                _told(one)
                for n in range(start, start + 300)
                for one in (publishers.order(n), publishers.receipt(n), publishers.invoice(n, n))
            ]
            stored = [self._market.mapper.to_stored_event(event) for event in events]
            self._market.recorder.insert_events(stored)


def _told(one: Outgoing) -> Any:  # noqa: ANN401
    headers = dict(one.headers)
    message = Message._create(  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] — the library's own way
        Message.Told, id=uuid5(NAMESPACE_URL, headers["ce_source"].decode() + one.event),
        kind=headers["ce_type"].decode(), cause=one.event, payload=one.value.decode(),
    )  # fmt: skip
    return message.collect_events()[0]
