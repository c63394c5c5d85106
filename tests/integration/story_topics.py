"""What stands on the topics, read by a plain client that knows nothing of ours."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

LANES = 24


@dataclass(frozen=True)
class Record:
    """A message as any client sees it."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: dict[str, str]
    value: bytes


def read_topics(bootstrap: str, topics: Sequence[str]) -> list[Record]:
    """All that is on these topics now, in order of partition and offset."""
    return asyncio.run(_read(bootstrap, topics))


async def _read(bootstrap: str, topics: Sequence[str]) -> list[Record]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = [TopicPartition(topic, lane) for topic in topics for lane in range(LANES)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: list[Record] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [
                    Record(
                        one.topic,
                        one.partition,
                        one.offset,
                        (one.key or b"").decode(),
                        {name: value.decode() for name, value in one.headers},
                        one.value or b"",
                    )
                    for one in records
                ]
        return sorted(found, key=lambda one: (one.topic, one.partition, one.offset))
    finally:
        await consumer.stop()


def once(records: Sequence[Record]) -> list[Record]:
    """The records without those that a relay sent again, by the rule that consumers go by."""
    seen: dict[tuple[str, int, str], int] = {}
    fresh: list[Record] = []
    for one in records:
        source = (one.topic, one.partition, one.headers["ce_lane"])
        sequence = int(one.headers["ce_sequence"])
        if sequence > seen.get(source, 0):
            seen[source] = sequence
            fresh.append(one)
    return fresh
