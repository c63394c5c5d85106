"""The gap: what a service's topics hold of it that its store does not, after an earlier restore."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from inkoop_events.envelope import EnvelopeError, from_headers
from inkoop_host.eras import GapEvent, Heads
from inkoop_kit.clients import let_go
from inkoop_kit.hearing import Message
from inkoop_kit.lanes import ERA, LANES

SLACK = timedelta(seconds=10)
"""How much earlier than the store's newest fact a lost one may have begun to be written."""
WIDE = timedelta(minutes=10)
"""The same once a gap is found: then exactness is worth reading more."""
LISTED = 200_000
"""Events of a gap that are kept in memory and listed; about 100 MB."""
_FETCHED, _TAKEN = 2 * 1024 * 1024, 50
"""Bytes and messages at once: what a start takes of memory is never given back."""
_SILENCE = 20_000
"""Milliseconds without a record after which Kafka counts as away."""


class Gap(msgspec.Struct, frozen=True):
    """What was found: the events in the order of their time; `more` when there are others still."""

    heads: Heads
    events: tuple[GapEvent, ...]
    more: bool = False

    @property
    def era(self) -> int:
        """The era to be raised: above that of the store, and of everything on the topics."""
        last = [*self.heads.lanes.values(), *(event.sequence for event in self.events)]
        return max(last) // ERA + 1


async def find_gap(
    bootstrap: str, topics: Sequence[str], source: str,
    read_heads: Callable[[], Awaitable[Heads]], turn: Callable[[], None],
) -> Gap:  # fmt: skip
    """Compare what `source` told on these topics with the heads of its store.

    Kafka's ends are read before the heads: what lies before an end was in the store by then, or is
    lost. Only what was recorded since the store's newest fact can be: a start on a large topic
    reads seconds of it. `turn` is called as it goes on. Raises KafkaError.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, request_timeout_ms=10_000, fetch_max_bytes=_FETCHED
    )
    await consumer.start()
    try:
        ends = await _ends(consumer, topics)
        heads = await read_heads()
        for slack in (SLACK, WIDE):
            found, more = await _lost(consumer, ends, heads, source, slack, turn)
            if not found:
                break
        order = sorted(found.values(), key=lambda e: (e.recorded_at, e.lane, e.sequence))
        return Gap(heads, tuple(order), more)
    finally:
        await let_go(consumer, 5)


async def _ends(consumer: AIOKafkaConsumer, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
    """Where each partition ends that is not empty; a topic that is not there holds nothing."""
    there = await consumer.topics()
    places = [TopicPartition(t, n) for t in topics if t in there for n in range(LANES)]
    consumer.assign(places)
    ends = await consumer.end_offsets(places)
    begins = await consumer.beginning_offsets(places)
    return {place: end for place, end in ends.items() if end > begins[place]}


async def _lost(
    consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], heads: Heads, source: str,
    slack: timedelta, turn: Callable[[], None],
) -> tuple[dict[tuple[int, int], GapEvent], bool]:  # fmt: skip
    """The events above the heads by lane and sequence; whether there are more than are listed."""
    found: dict[tuple[int, int], GapEvent] = {}
    await _seek(consumer, ends, heads.newest and heads.newest - slack)
    reading = set(ends)
    while reading:
        turn()
        got = await consumer.getmany(timeout_ms=_SILENCE, max_records=_TAKEN)
        if not got:
            raise KafkaTimeoutError(f"nothing came of {len(reading)} partitions")
        for place, records in got.items():
            # What lies behind the ends was told by another replica since, above our heads.
            for record in (one for one in records if one.offset < ends[place]):
                event = _event(record, source)
                if event is not None and event.sequence > heads.lanes[event.lane]:
                    found.setdefault((event.lane, event.sequence), event)
            if place in reading and await consumer.position(place) >= ends[place]:
                reading.discard(place)
                consumer.pause(place)
        if len(found) >= LISTED:
            return found, True
    return found, False


async def _seek(
    consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], since: datetime | None
) -> None:
    """Read each partition from this moment on, or all of it; its last record in any case."""
    places = list(ends)
    if not places:
        return
    consumer.assign(places)
    if since is None:
        await consumer.seek_to_beginning(*places)
        return
    moment = int(since.timestamp() * 1000)
    starts = await consumer.offsets_for_times(dict.fromkeys(places, moment))
    for place, end in ends.items():
        start = starts.get(place)
        consumer.seek(place, end - 1 if start is None else min(start.offset, end - 1))


def _event(record: Message, source: str) -> GapEvent | None:
    """The event of a record; None for what this service never told."""
    try:
        envelope = from_headers(record.headers)
    except (EnvelopeError, TypeError):
        return None
    if envelope.source != source or envelope.lane >= LANES or envelope.sequence >= 2**63:
        return None
    key, value = record.key or b"", record.value or b""
    return GapEvent(
        envelope.lane, envelope.sequence, record.topic, record.partition, envelope.type,
        key.decode("utf-8", "replace"), envelope.time, digest_of(envelope.type, key, value),
    )  # fmt: skip


def digest_of(type_: str, key: bytes, value: bytes) -> bytes:
    """The same for two events that say the same, whatever their ids."""
    said = b"\0".join((type_.encode(), key, value))
    return hashlib.blake2b(said, digest_size=16).digest()
