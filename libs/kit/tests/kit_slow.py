"""Stores that answer only when a test lets them, or not at first."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kit_tally import TALLIES, TALLY

from inkoop_kit.batch import Batch, Current
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.store import Tracked, Verdict
from inkoop_kit.streams import Kind


class HeldUp(PostgresStore):
    """A store that loads and writes only when it is let, and tells of it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, [TALLY], [TALLIES])
        self.loading, self.writing, self.looking = (threading.Event() for _ in range(3))
        self.go_on = threading.Event()

    def load(self, streams: Mapping[str, Kind[Any, Any]]) -> dict[str, Current]:
        self.loading.set()
        self.go_on.wait(30)
        return super().load(streams)

    def write(self, batch: Batch) -> Verdict:
        self.writing.set()
        self.go_on.wait(30)
        return super().write(batch)

    def parked_keys(self, lanes: Sequence[int]) -> dict[tuple[int, str, str], int]:
        self.looking.set()
        return super().parked_keys(lanes)


class CutAtFirst(PostgresStore):
    """A store whose connection is cut when it is first asked for positions."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, [TALLY], [TALLIES])
        self.asked = 0

    def positions(
        self, partitions: Iterable[tuple[str, int]], cluster: str
    ) -> dict[tuple[str, int], Tracked]:
        self.asked += 1
        if self.asked == 1:
            raise ConnectionError("cut")
        return super().positions(partitions, cluster)
