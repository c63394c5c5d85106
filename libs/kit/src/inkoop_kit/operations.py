"""What operators ask of a service: its lanes, what is parked, its views; and to mend them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import msgspec
from psycopg.rows import dict_row

from inkoop_kit.arrays import Ints
from inkoop_kit.failpoints import Failpoint, never
from inkoop_kit.lanes import ERA
from inkoop_kit.postgres import Database
from inkoop_kit.rebuild import rebuild
from inkoop_kit.views import View

_LANES = f"""
select lane, head, coalesce(sequence, 0) as sent, (head - coalesce(sum(jump), 0))::bigint as facts,
    greatest(0, head - coalesce(sequence, 0)
        - coalesce(sum(jump) filter (where first > coalesce(sequence, 0)), 0))::bigint as unsent
from lane left join relay_position using (lane) left join lateral (
    select number * {ERA} as first, number * {ERA} - heads[lane.lane + 1] as jump from era
) as raised on true group by lane, head, sequence order by lane
"""
"""Where an era was raised, positions were left out between `heads` and the first of the era."""
_PARKED = 'id, lane, topic, "offset", key, reason, detail, attempts, parked_at, release_asked'


class Operations:
    """Synchronous, on connections of its own; not for two threads at once."""

    def __init__(
        self,
        database: Database,
        rebuilding: Database,
        views: Sequence[View[Any, Any]],
        reached: Failpoint = never,
    ) -> None:
        self._database, self._rebuilding, self._reached = database, rebuilding, reached
        self._views = {view.name: view for view in views}

    def status(self) -> dict[str, Any]:
        """Facts, relay backlog, positions and parked messages, over all replicas."""
        lanes = self._rows(_LANES)
        parked = self._rows(
            """select lane, reason, count(*) as count, min(parked_at) as oldest from parked
            where released_at is null group by lane, reason order by lane, reason"""
        )
        topics = self._rows(
            """select topic, sum(next_offset)::bigint as next_offset from tracking
            group by topic order by topic"""
        )
        return {
            "era": max(row["head"] for row in lanes) // ERA,
            "facts": sum(row["facts"] for row in lanes),
            "relay_backlog": sum(row["unsent"] for row in lanes),
            "parked": sum(row["count"] for row in parked),
            "parked_lanes": parked,
            "read": topics,
            "lanes": lanes,
        }

    def parked(self, after: int, limit: int) -> list[dict[str, Any]]:
        """Parked messages behind an id, oldest first, without their bytes."""
        return self._rows(
            f"select {_PARKED} from parked where released_at is null and id > %s"
            " order by id limit %s",
            [after, limit],
        )

    def parked_one(self, parked: int) -> dict[str, Any] | None:
        """A parked message with its headers and its bytes (as text where they are UTF-8)."""
        query = f"select {_PARKED}, headers, value, released_at from parked where id = %s"
        for row in self._rows(query, [parked]):
            row["headers"] = dict(msgspec.json.decode(row["headers"], type=list[tuple[str, str]]))
            row["value"] = bytes(row["value"]).decode("utf-8", "backslashreplace")
            return row
        return None

    def release(self, ids: Sequence[int]) -> int:
        """Want these released; who holds the lane does it. Gives how many there were."""
        return self._asked("id = any(%s)", [Ints(ids)])

    def release_key(self, topic: str, key: str) -> int:
        """Want every message of this key released."""
        return self._asked("topic = %s and key = %s", [topic, key])

    def views(self) -> list[str]:
        """The views of this service."""
        return sorted(self._views)

    def rebuild(self, view: str) -> Iterator[dict[str, Any]]:
        """Make a view anew, telling of each lane. Raises KeyError for a view that is not there."""
        lanes = rebuild(self._rebuilding, self._views[view], self._reached)
        return (asdict(lane) for lane in lanes)

    def _asked(self, where: str, values: list[Any]) -> int:
        # the condition is one of the two above
        query = f"update parked set release_asked = now() where released_at is null and {where}"
        return self._database.connection.execute(query.encode(), values).rowcount

    def _rows(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        with self._database.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()
