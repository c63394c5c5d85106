"""From a stored fact to the message that tells the others of it, whole: key, payload, headers."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from inkoop_events.catalogue import schema_uri
from inkoop_events.envelope import Envelope, source_of, to_headers
from inkoop_kit.batch import codecs
from inkoop_kit.codec import decode_meta
from inkoop_kit.lanes import event_id, lane_of
from inkoop_kit.store import Stored
from inkoop_kit.streams import Kind


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """A message on its way to Kafka, with the fact that it tells of."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    timestamp_ms: int
    event: str
    trace: str | None


class Telling:
    """What a service tells the others of its facts: of each at most one event (design D4).

    `to_public` makes it of a stream's key and a fact, or None. An event says its `TYPE`, its
    `TOPIC`, its `key` there, and the `department` that it concerns (an OIN).
    """

    def __init__(
        self,
        service: str,
        operator: str,
        kinds: Sequence[Kind[Any, Any]],
        to_public: Callable[[str, Any], Any],
    ) -> None:
        self._source = source_of(operator, service)
        self._codecs = codecs(kinds)
        self._private = {(kind.name, fact.TYPE) for kind in kinds for fact in kind.private}
        self._to_public = to_public
        self._encoder = msgspec.json.Encoder()

    def of(self, stored: Stored) -> Outgoing | None:
        """The message of this fact, or None for one that stays private."""
        kind, _, key = stored.stream.partition("/")
        if (kind, stored.type) in self._private:
            return None
        fact = self._codecs[kind].decode(stored.type, stored.schema, stored.data)
        event = self._to_public(key, fact)
        return None if event is None else self._outgoing(stored, event)

    def _outgoing(self, stored: Stored, event: Any) -> Outgoing:
        meta, key = decode_meta(stored.meta), event.key
        envelope = Envelope(
            id=event_id(stored.lane, stored.sequence),
            source=self._source,
            type=event.TYPE,
            time=stored.recorded_at,
            subject=key,
            dataschema=schema_uri(event.TYPE),
            lane=stored.lane,
            sequence=stored.sequence,
            department=event.department,
            supplier=getattr(event, "supplier", None),
            cause=stored.cause,
            actor=meta.actor,
            organisation=meta.organisation,
            correlation=meta.correlation,
            trace=meta.trace,
        )
        return Outgoing(
            topic=event.TOPIC,
            partition=lane_of(key),
            key=key.encode(),
            value=self._encoder.encode(event),
            headers=to_headers(envelope),
            timestamp_ms=int(stored.recorded_at.timestamp() * 1000),
            event=envelope.event,
            trace=meta.trace,
        )
