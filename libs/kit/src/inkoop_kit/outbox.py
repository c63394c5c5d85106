"""The outbox: the event table as the relay reads it, lane by lane, shared by session locks."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from zlib import crc32

from psycopg import Connection
from psycopg.rows import args_row

from inkoop_kit.arrays import Ints
from inkoop_kit.lanes import LANES, unsent
from inkoop_kit.postgres import STORED, Database
from inkoop_kit.store import Stored

_HEADS = "select lane, head from lane where lane = any(%s)"
_READ = f"""
select {STORED} from unnest(%s::smallint[], %s::bigint[]) as at (l, s)
cross join lateral (
    select *, sum(octet_length(data)) over (order by sequence) - octet_length(data) as before
    from event where lane = at.l and sequence > at.s
    order by sequence limit %s
) as e where before < %s order by lane, sequence
"""
_BYTES = 1024 * 1024
"""Of facts of one lane in a pass: the one that passes this is the last."""
_MOVE = """
update relay_position set sequence = at.sequence, cluster = %s
from unnest(%s::smallint[], %s::bigint[]) as at (lane, sequence)
where relay_position.lane = at.lane
    and (relay_position.sequence < at.sequence or relay_position.cluster <> %s)
"""
_SENT = "select sequence from relay_position where lane = %s and cluster in ('', %s)"
_MEMBERS = """
select count(*) from pg_locks
where locktype = 'advisory' and classid::bigint = %s and objid >= 1000 and granted
    and database = (select oid from pg_database where datname = current_database())
"""


class Outbox:
    """The lanes that this replica relays, on one connection: who loses it loses them.

    Each replica holds a member's lock (object 1000 and up) and takes its share of the lanes
    (objects 0 to 23), so that two replicas of a service carry half of the lanes each.
    """

    def __init__(self, database: Database, schema: str, member: int) -> None:
        self._database, self._member = database, 1000 + member
        self._class = crc32(schema.encode()) & 0x7FFFFFFF
        self._positions: dict[int, int] = {}
        self._read_to: dict[int, int] = {}
        """The last that was read of each lane from which something was read."""
        self._heads: dict[int, int] = {}
        self._joined: Connection | None = None
        self._cluster = ""
        self.alone = False
        """Whether there is no other replica, that could write what we relay."""
        self.more = False
        """Whether the last look left something in a lane, since a pass takes only so much."""

    def open(self, cluster: str) -> None:
        """Relay to this Kafka; one that has been told nothing is told everything (design D4)."""
        if self._cluster not in ("", cluster):
            self.close()
        self._cluster = cluster

    def share(self) -> None:
        """Take or give lanes until this replica holds its share."""
        self._check()
        members = max(1, self._number(_MEMBERS, self._class))
        self.alone, share = members == 1, -(-LANES // members)
        for lane in sorted(self._positions)[share:]:
            self._number("select pg_advisory_unlock(%s, %s)", self._class, lane)
            del self._positions[lane]
            self._read_to.pop(lane, None)
        for lane in range(LANES):
            if len(self._positions) >= share:
                break
            if lane not in self._positions and self._locked(lane):
                self._positions[lane] = self._number(_SENT, lane, self._cluster)

    def read(self, limit: int) -> list[Stored]:
        """The facts that come next in order, at most so many of each lane, and bytes.

        It may be called again before these are sent.
        """
        self._check()
        self.more = False
        if not self._positions:
            return []
        rows = self._database.connection.execute(_HEADS, [Ints(self._positions)])
        self._heads = dict(rows.fetchall())
        read = {k: max(p, self._read_to.get(k, p)) for k, p in self._positions.items()}
        behind = {k: p for k, p in read.items() if self._heads[k] > p}
        if not behind:
            return []
        with self._database.connection.cursor(row_factory=args_row(Stored)) as cursor:
            values = [Ints(behind), Ints(behind.values()), limit, _BYTES]
            stored = cursor.execute(_READ, values).fetchall()
        last = {fact.lane: fact.sequence for fact in stored}
        jumps = behind.keys() - last.keys()  # the era was raised
        if jumps := {lane for lane in jumps if behind[lane] == self._positions[lane]}:
            self._move({lane: self._heads[lane] for lane in jumps})
        self._read_to.update(last)
        self.more = any(self._heads[lane] > sequence for lane, sequence in last.items())
        return stored

    def sent(self, stored: Sequence[Stored]) -> None:
        """These facts are on Kafka, acknowledged: move the positions."""
        self._move({fact.lane: fact.sequence for fact in stored})

    def backlog(self) -> dict[int, int]:
        """Facts not sent when the heads were last looked at; may be asked from any thread."""
        positions = self._positions.copy()
        return {k: max(0, unsent(p, self._heads.get(k, p))) for k, p in positions.items()}

    def close(self) -> None:
        """Let go of everything."""
        self._database.close()
        self._positions, self._read_to, self._joined = {}, {}, None

    def _move(self, last: Mapping[int, int]) -> None:
        values = [self._cluster, Ints(last), Ints(last.values()), self._cluster]
        self._database.connection.execute(_MOVE, values)
        self._positions.update(last)

    def _check(self) -> None:
        """Whoever has a new connection holds nothing yet: join again."""
        connection = self._database.connection
        if self._joined is connection:
            return
        self._positions, self._read_to, member = {}, {}, self._member
        while not self._locked(member):
            member += LANES
        self._joined = connection

    def _locked(self, number: int) -> bool:
        return bool(self._number("select pg_try_advisory_lock(%s, %s)", self._class, number))

    def _number(self, query: LiteralString, *values: Any) -> int:
        row = self._database.connection.execute(query, values).fetchone()
        return row[0] if row else 0
