"""What the stores and the topics hold, read by plain clients that know nothing of our code."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition
from psycopg.rows import dict_row

LANES = 24
SERVICES = ("ordering", "invoicing", "matching")
TOPICS = ("inkoop.ordering", "inkoop.invoicing", "inkoop.invoicing.presented", "inkoop.matching")


@dataclass(frozen=True)
class Message:
    """A record as it stands on a topic."""

    topic: str
    partition: int
    offset: int
    key: str
    type: str
    id: str
    lane: int
    sequence: int
    cause: str
    data: dict[str, Any]


@dataclass
class Kept:
    """All that one service keeps."""

    service: str
    lanes: list[dict[str, Any]]
    events: list[dict[str, Any]]
    """In order of lane and sequence; `data` is read."""
    tracking: list[dict[str, Any]]
    relayed: dict[int, int]
    parked: int
    states: dict[str, int]
    """Version by stream."""
    eras: list[dict[str, Any]]
    """Where the era was raised: its number, and the heads of lanes 0 to 23 before."""
    gap: dict[str, str | None]
    """Events, by id, that were told and forgotten; the fact that says the same again, if any."""


@dataclass
class Evidence:
    """Everything that there is at one moment; nothing should be on its way any more."""

    kept: dict[str, Kept]
    messages: dict[str, list[Message]]
    ends: dict[tuple[str, int], int]


def gather(admin_url: str, bootstrap: str) -> Evidence:
    """Read everything."""
    messages, ends = asyncio.run(_read(bootstrap))
    kept = {service: _keep(admin_url, service) for service in SERVICES}
    return Evidence(kept, messages, ends)


def glance(admin_url: str, bootstrap: str) -> Evidence:
    """The positions alone: no event and no message, so that it may be asked often."""
    _, ends = asyncio.run(_read(bootstrap, whole=False))
    kept = {service: _keep(admin_url, service, whole=False) for service in SERVICES}
    return Evidence(kept, {}, ends)


def rows(admin_url: str, query: str) -> list[dict[str, Any]]:
    """The rows of a query, as the superuser, in the database of the services."""
    url = admin_url.rpartition("/")[0] + "/inkoop"
    with psycopg.connect(url) as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode()).fetchall()


def _keep(url: str, service: str, *, whole: bool = True) -> Kept:
    query = f"select * from {service}.event order by lane, sequence"
    events = rows(url, query) if whole else []
    for event in events:
        event["data"] = json.loads(event["data"])
    relayed = rows(url, f"select lane, sequence from {service}.relay_position")
    parked = rows(url, f"select count(*) from {service}.parked")
    states = rows(url, f"select stream, version from {service}.state") if whole else []
    return Kept(
        service,
        rows(url, f"select * from {service}.lane order by lane"),
        events,
        rows(url, f"select * from {service}.tracking order by topic, lane"),
        {row["lane"]: row["sequence"] for row in relayed},
        parked[0]["count"],
        {row["stream"]: row["version"] for row in states},
        rows(url, f"select number, heads from {service}.era order by number"),
        _gap(url, service),
    )


def _gap(url: str, service: str) -> dict[str, str | None]:
    found = rows(url, f"select lane, sequence, restored_as from {service}.gap")
    return {f"{row['lane']}-{row['sequence']}": row["restored_as"] for row in found}


async def _read(
    bootstrap: str, *, whole: bool = True
) -> tuple[dict[str, list[Message]], dict[tuple[str, int], int]]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = [TopicPartition(topic, lane) for topic in TOPICS for lane in range(LANES)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        found: dict[str, list[Message]] = {topic: [] for topic in TOPICS}
        for place in places:
            await consumer.seek_to_beginning(place)
        while whole and any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    found[record.topic].append(_message(record))
    finally:
        await consumer.stop()
    return found, {(p.topic, p.partition): end for p, end in ends.items()}


def _message(record: Any) -> Message:
    said = {name: value.decode() for name, value in record.headers}
    return Message(
        record.topic,
        record.partition,
        record.offset,
        (record.key or b"").decode(),
        said["ce_type"],
        said["ce_id"],
        int(said["ce_lane"]),
        int(said["ce_sequence"]),
        said["ce_cause"],
        json.loads(record.value),
    )


def once(messages: Sequence[Message]) -> list[Message]:
    """Without what was sent again, by the rule of consumers: only what is above the highest."""
    seen: dict[tuple[str, int, int], int] = {}
    fresh: list[Message] = []
    for one in sorted(messages, key=lambda m: (m.topic, m.partition, m.offset)):
        place = (one.topic, one.partition, one.lane)
        if one.sequence > seen.get(place, 0):
            seen[place] = one.sequence
            fresh.append(one)
    return fresh
