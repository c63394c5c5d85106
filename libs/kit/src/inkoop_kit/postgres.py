"""The store of a service in PostgreSQL: one statement a batch, one connection to write with."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, LiteralString, cast

import psycopg
from psycopg import Connection, RawCursor
from psycopg.rows import args_row, class_row

from inkoop_kit.arrays import Ints, Texts, register
from inkoop_kit.batch import Batch, CommandRow, Current, Kept, ParkedRow, codecs
from inkoop_kit.failpoints import Failpoint, never
from inkoop_kit.lanes import LANES
from inkoop_kit.statement import numbered, parameters, write_statement
from inkoop_kit.store import (
    CommandKnown,
    OffsetConflict,
    Parked,
    Stored,
    Tracked,
    Verdict,
    VersionConflict,
    Written,
)
from inkoop_kit.streams import Kind
from inkoop_kit.views import View

STORED = (
    "lane, sequence, stream, version, type, schema, data, cause, meta, occurred_at, recorded_at"
)
"""The columns of a fact, in the order of `Stored`."""
_PARKED = 'id, lane, topic, "offset", key, reason, detail, headers, value'


_OPTIONS = (
    "-c enable_seqscan=off -c timezone=UTC"
    " -c statement_timeout=60000 -c idle_in_transaction_session_timeout=10000"
    " -c tcp_user_timeout=10000 -c client_connection_check_interval=5000"
    " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
)
UNANSWERED = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
)
"""No server, or one that hands over to another and takes no writes meanwhile: try again later."""
UNWRITABLE = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
)
"""What is in a batch does not fit into the tables: trying again will not help."""
_RELEASED_AT_ONCE = 16 * 1024 * 1024
"""Bytes of parked messages after which the others wait for the next batch."""


class Database:
    """One connection to a service's schema, made when it is needed and again when it broke.

    Sequential scans are off: a statement planned while the tables are empty would keep its plan.
    All statements are prepared. Both ends look for one that is gone without a word: for hours its
    locks would stand, or its client wait.
    """

    def __init__(self, url: str, schema: str, name: str) -> None:
        self._url, self._schema, self._name = url, schema, name
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection, in autocommit; raises psycopg.OperationalError while nobody answers."""
        if self._connection is None or self._connection.closed or self._connection.broken:
            self._connection = self._connect()
        return self._connection

    def another(self) -> "Database":
        """Another connection to the same schema."""
        return Database(self._url, self._schema, self._name)

    def close(self) -> None:
        """Close the connection; the next use opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> Connection:
        connection = psycopg.connect(
            self._url,
            autocommit=True,
            prepare_threshold=0,
            application_name=self._name,
            connect_timeout=5,
            tcp_user_timeout=10_000,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            options=f"-c search_path={self._schema} {_OPTIONS}",
        )
        register(connection)
        return connection


class PostgresStore:
    """The store; not for two threads at once. psycopg.OperationalError when PostgreSQL is away.

    It adds nothing to `Store` but its connection: reading and writing at once takes two.
    """

    def __init__(
        self,
        database: Database,
        kinds: Sequence[Kind[Any, Any]],
        views: Sequence[View[Any, Any]] = (),
        reached: Failpoint = never,
    ) -> None:
        self.database, self._reached = database, reached
        self._codecs = codecs(kinds)
        self._views = views
        self._write, self._names = numbered(write_statement(views))

    def load(self, streams: Mapping[str, Kind[Any, Any]]) -> dict[str, Current]:
        """The streams that there are, by name; a state of another shape is replayed."""
        rows = self.database.connection.execute(
            "select stream, version, shape, as_of, data from state where stream = any(%s)",
            [Texts(streams)],
        )
        return {stream: self._current(streams[stream], stream, *row) for stream, *row in rows}

    def write(self, batch: Batch) -> Verdict:
        """Write all of a batch, or nothing."""
        named = parameters(batch, self._codecs, self._views)
        values = [named[name] for name in self._names]
        self._reached("before-store-commit")
        while True:
            try:
                cursor = RawCursor(self.database.connection)
                row = cursor.execute(self._write, values).fetchone()
            except psycopg.errors.UniqueViolation as error:
                return _violated(error, batch)
            except psycopg.errors.DeadlockDetected:
                continue
            word, lanes, bases, stale = row or ("raced", None, None, None)
            match word:
                case "written":
                    self._reached("after-store-commit")
                    return Written(dict(zip(lanes or (), bases or (), strict=True)))
                case "offset":
                    return OffsetConflict()
                case "version":
                    return VersionConflict(tuple(stale or ()))
                case "command":
                    return CommandKnown()
                case _:
                    continue  # raced: somebody wrote while we waited for the lane

    def positions(
        self, partitions: Iterable[tuple[str, int]], cluster: str
    ) -> dict[tuple[str, int], Tracked]:
        """Where to read on in each (topic, lane); of an unknown cluster: from the start."""
        pairs = list(partitions)
        found = self._tracked(pairs)
        if any(pair not in found or found[pair].cluster != cluster for pair in pairs):
            self._begin(pairs, cluster)
            found = self._tracked(pairs)
        self._reached("in-rebalance")
        return found

    def _tracked(self, pairs: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Tracked]:
        rows = self.database.connection.execute(
            """select topic, lane, cluster, next_offset, seen from tracking
            join unnest(%s::text[], %s::bigint[]) as p (topic, lane) using (topic, lane)""",
            [Texts(topic for topic, _ in pairs), Ints(lane for _, lane in pairs)],
        )
        return {(row[0], row[1]): Tracked(row[2], row[3], tuple(row[4])) for row in rows}

    def _begin(self, pairs: Sequence[tuple[str, int]], cluster: str) -> None:
        """Begin at 0 where this cluster was not read; a batch of another is refused from then."""
        connection, lanes = self.database.connection, Ints(lane for _, lane in pairs)
        with connection.transaction():
            connection.execute(
                "select from lane where lane = any(%s) order by lane for update", [lanes]
            )
            connection.execute(
                """insert into tracking (topic, lane, cluster, next_offset, seen)
                select topic, lane::smallint, %s, 0, array_fill(0::bigint, array[%s::int])
                from unnest(%s::text[], %s::bigint[]) as p (topic, lane)
                on conflict (topic, lane) do update set cluster = excluded.cluster, next_offset = 0
                where tracking.cluster <> excluded.cluster""",
                [cluster, LANES, Texts(topic for topic, _ in pairs), lanes],
            )
            connection.execute("update lane set turn = turn + 1 where lane = any(%s)", [lanes])

    def commands(self, ids: Sequence[str]) -> dict[str, CommandRow]:
        """The commands among these that were carried out."""
        with self.database.connection.cursor(row_factory=class_row(CommandRow)) as cursor:
            cursor.execute(
                "select id, fingerprint, stream, first, last from command where id = any(%s)",
                [Texts(ids)],
            )
            return {row.id: row for row in cursor}

    def read_stream(self, stream: str, first: int = 1, last: int | None = None) -> list[Stored]:
        """The facts of a stream in order."""
        return self._stored(
            f"select {STORED} from event where stream = %s and version >= %s"
            " and version <= %s order by version",
            [stream, first, last if last is not None else 2**31 - 1],
        )

    def read_lane(self, lane: int, after: int, limit: int) -> list[Stored]:
        """The facts of a lane behind a position, in order."""
        return self._stored(
            f"select {STORED} from event where lane = %s and sequence > %s"
            " order by sequence limit %s",
            [lane, after, limit],
        )

    def parked_keys(self, lanes: Sequence[int]) -> dict[tuple[int, str, str], int]:
        """How many messages of each (lane, topic, key) are set aside."""
        rows = self.database.connection.execute(
            "select lane, topic, key, count(*) from parked"
            " where released_at is null and lane = any(%s) group by lane, topic, key",
            [Ints(lanes)],
        )
        return {(lane, topic, key): count for lane, topic, key, count in rows}

    def release_asked(self, lanes: Sequence[int]) -> list[Parked]:
        """The messages of every (topic, key) that an operator wants released, in order."""
        rows = self.database.connection.execute(
            f"""select {_PARKED} from (
                select *, sum(octet_length(value)) over (order by id) as bytes from parked
                where released_at is null and lane = any(%s)
                and (topic, key) in (select topic, key from parked where released_at is null
                    and release_asked is not null and lane = any(%s)) order by id limit 1000
            ) as asked where bytes - octet_length(value) < %s order by id""",
            [Ints(lanes), Ints(lanes), _RELEASED_AT_ONCE],
        )
        return [Parked(row[0], ParkedRow(*row[1:])) for row in rows]

    def _current(
        self, kind: Kind[Any, Any], stream: str, version: int, shape: int, as_of: int, data: str
    ) -> Current:
        codec, kept, state = self._codecs[kind.name], Kept(), kind.state()
        if shape == kind.shape:
            kept, state = Kept(as_of, len(data)), codec.decode_state(data)
        if kept.as_of < version:
            since = self.read_stream(stream, kept.as_of + 1, version)
            facts = (codec.decode(s.type, s.schema, s.data) for s in since)
            state = reduce(kind.evolve, facts, state)
        return Current(state, version, kept)

    def _stored(self, query: str, values: list[Any]) -> list[Stored]:
        with self.database.connection.cursor(row_factory=args_row(Stored)) as cursor:
            return cursor.execute(cast("LiteralString", query), values).fetchall()


def _violated(error: psycopg.errors.UniqueViolation, batch: Batch) -> Verdict:
    """The backstop: two writers that met before either could see the other."""
    if error.diag.table_name == "command":
        return CommandKnown()
    if error.diag.table_name in ("event", "state"):
        return VersionConflict(tuple(batch.streams))
    raise error
