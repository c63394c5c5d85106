"""What people ask of the store: rows of views as their organisation, the trail of a stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, cast

import msgspec
from psycopg.rows import args_row, dict_row
from psycopg.sql import SQL, Identifier

from inkoop_kit.arrays import Texts
from inkoop_kit.codec import decode_meta
from inkoop_kit.lanes import event_id
from inkoop_kit.postgres import STORED, Database
from inkoop_kit.store import Stored


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One fact as a person sees it: what, when, where, by whom and why."""

    service: str
    id: str
    lane: int
    sequence: int
    type: str
    key: str
    version: int
    recorded_at: datetime
    occurred_at: datetime
    cause: str
    actor: str
    organisation: str
    correlation: str
    trace_id: str | None
    data: dict[str, Any]


class Queries:
    """Reads on a connection of its own; not for two threads at once.

    Rows of views are read with the service's reader role, for which row level security shows
    what `inkoop.organisation` may see; the operator itself reads as the service (design D13).
    """

    def __init__(self, database: Database, service: str, operator: str) -> None:
        self._database, self._service, self._operator = database, service, operator

    def read(
        self, organisation: str, query: str, values: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """The rows of a query that this organisation may see."""
        connection = self._database.connection
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute("set transaction read only")
            if organisation != self._operator:
                role = self._service.replace("-", "_") + "_reader"
                cursor.execute(SQL("set local role {}").format(Identifier(role)))
            cursor.execute("select set_config('inkoop.organisation', %s, true)", [organisation])
            return cursor.execute(cast("LiteralString", query), values).fetchall()

    def trail(self, streams: Sequence[str]) -> list[TrailEntry]:
        """Every fact of these streams in the order of recording."""
        with self._database.connection.cursor(row_factory=args_row(Stored)) as cursor:
            cursor.execute(
                f"select {STORED} from event where stream = any(%s)"
                " order by recorded_at, lane, sequence limit 20000",
                [Texts(streams)],
            )
            return [self._entry(stored) for stored in cursor]

    def original(self, sha256: str) -> tuple[str, bytes] | None:
        """The media type and bytes that were received with this hash."""
        query = "select media_type, data from original where sha256 = %s"
        row = self._database.connection.execute(query, [sha256]).fetchone()
        return None if row is None else (row[0], bytes(row[1]))

    def _entry(self, stored: Stored) -> TrailEntry:
        meta = decode_meta(stored.meta)
        return TrailEntry(
            service=self._service,
            id=event_id(stored.lane, stored.sequence),
            lane=stored.lane,
            sequence=stored.sequence,
            type=stored.type,
            key=stored.stream.partition("/")[2],
            version=stored.version,
            recorded_at=stored.recorded_at,
            occurred_at=stored.occurred_at,
            cause=stored.cause,
            actor=meta.actor,
            organisation=meta.organisation,
            correlation=meta.correlation,
            trace_id=meta.trace.split("-")[1] if meta.trace else None,
            data=msgspec.json.decode(stored.data),
        )
