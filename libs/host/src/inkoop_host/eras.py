"""Eras and gaps as the store keeps them, and who has seen what of a publisher's lanes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.rows import dict_row

from inkoop_kit.arrays import Blobs, Ints, Moments, Texts
from inkoop_kit.lanes import ERA, event_id
from inkoop_kit.postgres import Database

_HEADS = """
select lane.lane, head, recorded_at, pg_postmaster_start_time() from lane left join lateral (
    select recorded_at from event where event.lane = lane.lane order by sequence desc limit 1
) as last on true
"""
_LOCKED = "select lane, head from lane order by lane for update"
_RAISE = "insert into era (number, heads, raised_by) values (%s, %s, %s)"
_KEEP = """
insert into gap (lane, sequence, topic, partition, type, key, recorded_at, digest, ordinal, era)
select g.*, %s from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[],
    %s::text[], %s::text[], %s::timestamptz[], %s::bytea[]) with ordinality
    as g (lane, sequence, topic, partition, type, key, recorded_at, digest, ordinal)
"""
_GO_ON = "update lane set head = %s, turn = turn + 1"
_RAISED = """
select number, raised_at, raised_by, count(ordinal) as events, count(restored_as) as restored
from era left join gap on era = number group by number order by number
"""
_GAP = """
select ordinal, lane, sequence, topic, partition, type, key, recorded_at, restored_as
from gap where era = %s and ordinal > %s order by ordinal limit %s
"""
_RESTORED = """
update gap set restored_as = r.id from unnest(%s::bigint[], %s::bigint[], %s::text[])
    as r (era, ordinal, id) where gap.era = r.era and gap.ordinal = r.ordinal
"""


class GapEvent(msgspec.Struct, frozen=True, gc=False):
    """An event of ours that is on a topic and that the store knows nothing of."""

    lane: int
    sequence: int
    topic: str
    partition: int
    type: str
    key: str
    recorded_at: datetime
    digest: bytes
    """Equal for an event that says the same: type, key and payload."""


class Heads(msgspec.Struct, frozen=True):
    """How far the store goes: each lane's head, and when its newest fact was recorded.

    `server` is when this PostgreSQL was started: another moment, another server or other data.
    """

    lanes: Mapping[int, int]
    newest: datetime | None
    server: datetime


class EraRaised(Exception):  # noqa: N818 — what was done already
    """This era, or a later one, has been raised before."""


class Eras:
    """On a connection of its own; not for two threads at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def heads(self) -> Heads:
        """Of now."""
        rows = self._database.connection.execute(_HEADS).fetchall()
        newest = max((row[2] for row in rows if row[2] is not None), default=None)
        return Heads({row[0]: row[1] for row in rows}, newest, rows[0][3])

    def raise_era(self, number: int, by: str, gap: Sequence[GapEvent]) -> None:
        """Let every lane go on at the first position of this era, and keep the gap.

        Harmless at any time: who writes meanwhile waits, and writes behind it. Raises EraRaised.
        """
        connection = self._database.connection
        with connection.transaction():
            heads = [head for _, head in connection.execute(_LOCKED).fetchall()]
            if max(heads) >= number * ERA:
                raise EraRaised
            connection.execute(_RAISE, [number, Ints(heads), by])
            _keep(connection, number, gap)
            connection.execute(_GO_ON, [number * ERA])

    def raised(self) -> list[dict[str, Any]]:
        """The eras that were raised, each with how much of its gap there was and is restored."""
        return self._rows(_RAISED)

    def gap(self, era: int, after: int, limit: int) -> list[dict[str, Any]]:
        """A page of the gap because of which an era was raised."""
        rows = self._rows(_GAP, era, after, limit)
        return [{"id": event_id(row["lane"], row["sequence"]), **row} for row in rows]

    def told_in_gaps(self) -> list[tuple[int, int, str, bytes, str | None]]:
        """All of all gaps: era, ordinal, type, digest, and the event that restored it."""
        query = "select era, ordinal, type, digest, restored_as from gap order by era, ordinal"
        return self._database.connection.execute(query).fetchall()

    def restored(self, places: Mapping[str, tuple[int, int]]) -> None:
        """These facts, by event id, say again what stands at these places (era, ordinal)."""
        values = [Ints(era for era, _ in places.values()), Ints(n for _, n in places.values())]
        self._database.connection.execute(_RESTORED, [*values, Texts(places)])

    def seen(self, topic: str) -> list[dict[str, Any]]:
        """How far each partition of a topic is read, and the sequences seen of each lane."""
        query = "select lane as partition, next_offset, seen from tracking where topic = %s"
        return self._rows(f"{query} order by lane", topic)

    def _rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with self._database.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()


def _keep(connection: Connection, era: int, gap: Sequence[GapEvent]) -> None:
    columns = (
        Ints(event.lane for event in gap),
        Ints(event.sequence for event in gap),
        Texts(event.topic for event in gap),
        Ints(event.partition for event in gap),
        Texts(event.type for event in gap),
        Texts(event.key.replace("\0", "\ufffd") for event in gap),
        Moments(event.recorded_at for event in gap),
        Blobs(event.digest for event in gap),
    )
    connection.execute(_KEEP, [era, *columns])
