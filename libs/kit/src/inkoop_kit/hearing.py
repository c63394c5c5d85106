"""What a service hears: messages to questions, without any input or output of its own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from inkoop_events.catalogue import schema_uri
from inkoop_events.envelope import Envelope, EnvelopeError, from_headers
from inkoop_kit.batch import ParkedRow
from inkoop_kit.lanes import LANES, lane_of
from inkoop_kit.streams import Ask, Cause

E = TypeVar("E")
_BIGINT = 2**63
"""PostgreSQL holds what is less."""


class Message(Protocol):
    """A Kafka message, as aiokafka gives it."""

    @property
    def topic(self) -> str: ...  # noqa: D102
    @property
    def partition(self) -> int: ...  # noqa: D102
    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def key(self) -> bytes | None: ...  # noqa: D102
    @property
    def value(self) -> bytes | None: ...  # noqa: D102
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...  # noqa: D102


@dataclass(frozen=True)
class Subscription(Generic[E]):
    """An event that a service acts on: `ask` makes the question of it."""

    topic: str
    event: type[E]
    ask: Callable[[E, Cause], Ask[Any, Any]]


class Heard(msgspec.Struct, frozen=True):
    """A message that was understood."""

    envelope: Envelope
    ask: Ask[Any, Any]
    cause: Cause


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message of a type that the service does not act on."""

    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that must be set aside: `reason` is stable, `detail` is for people.

    What has an envelope is known when it is sent again.
    """

    reason: str
    detail: str
    envelope: Envelope | None = None


class Hearing:
    """Understands the messages of the topics that a service subscribes to."""

    def __init__(self, subscriptions: Iterable[Subscription[Any]]) -> None:
        self._subscriptions = {(s.topic, s.event.TYPE): s for s in subscriptions}
        self._schemas = {type_: schema_uri(type_) for _, type_ in self._subscriptions}
        self._decoders = {
            s.event.TYPE: msgspec.json.Decoder(s.event) for s in self._subscriptions.values()
        }

    @property
    def topics(self) -> list[str]:
        """The topics to read, sorted."""
        return sorted({topic for topic, _ in self._subscriptions})

    def hear(self, message: Message) -> Heard | Ignored | Unreadable:
        """Understand a message; never raises."""
        try:
            envelope = from_headers(message.headers)
        except (EnvelopeError, TypeError) as error:  # TypeError: a header's value may be null
            return Unreadable("envelope", str(error))
        if envelope.lane >= LANES or envelope.sequence >= _BIGINT:
            return Unreadable("envelope", f"there is no place {envelope.lane}-{envelope.sequence}")
        subscription = self._subscriptions.get((message.topic, envelope.type))
        if subscription is None:
            return Ignored(envelope)
        if envelope.dataschema != (known := self._schemas[envelope.type]):
            said = f"its schema is {envelope.dataschema}, this service knows {known}"
            return Unreadable("schema", said, envelope)
        try:
            event = self._decoders[envelope.type].decode(message.value or b"")
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return Unreadable("payload", str(error), envelope)
        return _asked(message, envelope, subscription, event)


def _asked(
    message: Message, envelope: Envelope, subscription: Subscription[Any], event: Any
) -> Heard | Unreadable:
    cause = cause_of(envelope)
    try:
        ask = subscription.ask(event, cause)
    except Exception as error:  # whatever it is, the message is set aside, not lost
        return Unreadable("failed", repr(error), envelope)
    if lane_of(ask.key) != message.partition or "\0" in ask.key:
        wrong = f"{ask.key!r} does not belong in partition {message.partition}"
        return Unreadable("key", wrong, envelope)
    return Heard(envelope, ask, cause)


def cause_of(envelope: Envelope) -> Cause:
    """The event as the cause of what is decided on it."""
    return Cause(
        id=envelope.event,
        actor=envelope.actor,
        organisation=envelope.organisation,
        correlation=envelope.correlation,
        occurred_at=envelope.time,
        trace=envelope.trace,
    )


def set_aside(message: Message, reason: str, detail: str) -> ParkedRow:
    """The message as a parked row: its bytes, headers, position, and why."""
    headers = [(name, (value or b"").decode("latin-1")) for name, value in message.headers]
    return ParkedRow(
        lane=message.partition,
        topic=message.topic,
        offset=message.offset,
        key=key_text(message),
        reason=reason,
        detail=short(detail),
        headers=msgspec.json.encode(headers),
        value=message.value or b"",
    )


def short(detail: str) -> str:
    """A detail as it is stored: text that PostgreSQL takes, of a length that people read."""
    return detail.replace("\0", "\ufffd")[:2000]


def key_text(message: Message) -> str:
    """The key of a message for people and for keeping its successors behind it."""
    return (message.key or b"").decode("utf-8", "replace").replace("\0", "\ufffd")


@dataclass(frozen=True, slots=True)
class Recalled:
    """A parked message, as it came."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


def recall(row: ParkedRow) -> Recalled:
    """The message of a parked row."""
    headers = msgspec.json.decode(row.headers, type=list[tuple[str, str]])
    raw = tuple((name, value.encode("latin-1")) for name, value in headers)
    return Recalled(row.topic, row.lane, row.offset, row.key.encode(), row.value, raw)
