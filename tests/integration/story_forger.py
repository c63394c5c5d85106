"""A publisher that is not ours: it sends what it likes, in our form or in none."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer
from story_market import OPERATOR

from inkoop_events.catalogue import schema_uri
from inkoop_events.envelope import Envelope, source_of, to_headers
from inkoop_kit.lanes import event_id, lane_of


@dataclass(frozen=True)
class Forged:
    """A message as it goes to Kafka; without a partition the client's own partitioner chooses."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    partition: int | None = None

    def saying(self, **headers: bytes | None) -> "Forged":
        """With other headers; None leaves one out."""
        kept = [(name, value) for name, value in self.headers if name not in headers]
        new = [(name, value) for name, value in headers.items() if value is not None]
        return replace(self, headers=(*kept, *new))


@dataclass
class Forger:
    """Plays the service `source`: every event gets the next sequence of its lane."""

    bootstrap: str
    source: str
    _last: Counter[int] = field(default_factory=Counter)

    def message(self, event: Any, made_for: str | None = None) -> Forged:
        """An event in our form; `made_for` is the key of its stream, where it is not its own."""
        lane = lane_of(made_for or event.key)
        self._last[lane] += 1
        envelope = Envelope(
            id=event_id(lane, self._last[lane]),
            source=source_of(OPERATOR, self.source),
            type=event.TYPE,
            time=datetime(2026, 11, 24, 12, tzinfo=UTC),
            subject=event.key,
            dataschema=schema_uri(event.TYPE),
            lane=lane,
            sequence=self._last[lane],
            department=event.department,
            supplier=getattr(event, "supplier", None),
            cause="command/forged",
            actor="forger",
            organisation=event.department,
            correlation="",
            trace=None,
        )
        value, headers = msgspec.json.encode(event), tuple(to_headers(envelope))
        return Forged(event.TOPIC, event.key.encode(), value, headers)

    def send(self, *messages: Forged) -> None:
        """To Kafka, one behind the other, each acknowledged."""
        asyncio.run(_send(self.bootstrap, messages))


async def _send(bootstrap: str, messages: Sequence[Forged]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5)
    await producer.start()
    try:
        sent = [
            await producer.send(
                one.topic, one.value, one.key, one.partition, headers=list(one.headers)
            )
            for one in messages
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()
