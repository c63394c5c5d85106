"""Views from zero: the history of a lane is folded, then takes the place of the lane's rows.

The fold runs beside the living service; only the last stretch, the delete and the insert happen
under the lane's lock. So readers see the old rows or the new, the service pauses one lane for
moments, no DDL is needed, and a rebuild that dies is begun again (ADR: views, rebuilt in place).
"""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from inkoop_kit.arrays import Texts
from inkoop_kit.batch import key_of
from inkoop_kit.codec import Codec, decode_meta
from inkoop_kit.failpoints import Failpoint, never
from inkoop_kit.lanes import LANES
from inkoop_kit.postgres import Database
from inkoop_kit.statement import insert_rows, row_values
from inkoop_kit.streams import Cause, Told
from inkoop_kit.views import View

PAGE = 10_000
_FACTS = """
select sequence, stream, version, type, schema, data, cause, meta, occurred_at from event
where lane = %s and sequence > %s and (type = any(%s) or not %s) order by sequence limit %s
"""


@dataclass(frozen=True, slots=True)
class RebuiltLane:
    """A lane of the view is new: so many facts were read for so many rows."""

    lane: int
    facts: int
    rows: int


class Fold:
    """The rows of one view for one lane, as its facts add up to them."""

    def __init__(self, view: View[Any, Any], lane: int) -> None:
        self.view, self.lane = view, lane
        self._codec: Codec[Any, Any] = Codec(view.kind)
        self._prefix = view.kind.name + "/"
        self._only = [fact.TYPE for fact in view.only]
        self._nothing = view.kind.state()
        self._states: dict[str, Any] = {}
        self.sequence = 0
        self.facts = 0
        self.rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def catch_up(self, connection: Connection) -> None:
        """Fold the facts that were recorded since."""
        page = [self.lane, self.sequence, Texts(self._only), bool(self._only), PAGE]
        while facts := connection.execute(_FACTS, page).fetchall():
            for sequence, stream, *fact in facts:
                if stream.startswith(self._prefix):
                    self._add(stream, *fact)
                self.sequence = sequence
            page[1] = self.sequence

    def _add(
        self, stream: str, version: int, type_: str, schema: int, data: str, cause: str,
        meta: str, occurred_at: Any,
    ) -> None:  # fmt: skip
        kind = self.view.kind
        fact = self._codec.decode(type_, schema, data)
        state = self._nothing
        if not self._only:
            state = self._states[stream] = kind.evolve(self._states.get(stream) or state, fact)
        self.facts += 1
        who = decode_meta(meta)
        why = Cause(cause, who.actor, who.organisation, who.correlation, occurred_at, who.trace)
        key = stream[len(self._prefix) :]
        for row in self.view.rows(Told(key, self.lane, version, fact, state, why)):
            self.rows[key_of(self.view, row)] = row


def rebuild(
    database: Database, view: View[Any, Any], reached: Failpoint = never
) -> Generator[RebuiltLane]:
    """Make a view anew, a lane at a time; tells of each lane that is done.

    A lane is written on a second connection while the next one is read and folded.
    """
    writer = database.another()
    with closing(writer), ThreadPoolExecutor(1, thread_name_prefix="rebuild") as beside:
        writing: list[Future[RebuiltLane]] = []
        for lane in range(LANES):
            fold = Fold(view, lane)
            fold.catch_up(database.connection)
            yield from (written.result() for written in writing)
            writing = [beside.submit(_put, fold, writer, reached)]
        yield from (written.result() for written in writing)


def _put(fold: Fold, database: Database, reached: Failpoint) -> RebuiltLane:
    with database.connection.transaction():
        lane = [fold.lane]
        database.connection.execute("select from lane where lane = %s for update", lane)
        fold.catch_up(database.connection)
        _replace(database.connection, fold)
        reached("in-rebuild")
    return RebuiltLane(fold.lane, fold.facts, len(fold.rows))


def _replace(connection: Connection, fold: Fold) -> None:
    # COPY is not for tables with row level security; this costs no more than the fold
    connection.execute(f"delete from {fold.view.name} where lane = %s".encode(), [fold.lane])
    rows = [(fold.lane, row) for row in fold.rows.values()]
    insert = insert_rows(fold.view).encode()
    for start in range(0, len(rows), PAGE):
        connection.execute(insert, row_values(fold.view, rows[start : start + PAGE]))
