"""Nobody writes before the store was compared with its topics: at every start of PostgreSQL anew.

A store that was restored to an earlier moment would give out positions a second time, and what is
new would be dropped as seen (docs/adr/0016-eras.md). A restore, and a standby that takes over, is
another start of the server, so a connection for work is only made to the start that was compared.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import Connection

from inkoop_host.eras import Eras, Heads
from inkoop_host.gap import Gap
from inkoop_host.health import Health
from inkoop_kit.clients import AWAY
from inkoop_kit.postgres import Database

log = logging.getLogger(__name__)
WAITS = "the store is not compared with its topics yet"
_LOOK = 0.5
"""Seconds between two looks whether somebody raised the era, or Kafka is there."""
FindGap = Callable[[Callable[[], Awaitable[Heads]], Callable[[], None]], Awaitable[Gap]]


class NotComparedError(psycopg.OperationalError):
    """This PostgreSQL was started since: nothing is written before its store was compared."""


class Comparing:
    """Compares, holds back while there is a gap, and goes on when the era was raised.

    A loop of the process. `opened` is called with what the gaps hold before anybody may write.
    """

    def __init__(self, eras: Eras, find: FindGap, opened: Callable[[Sequence[Any]], None]) -> None:
        self.eras, self._find, self._opened = eras, find, opened
        self._loop = asyncio.get_running_loop()
        self._using = asyncio.Lock()
        self._stopping = False
        self._asked, self.open = asyncio.Event(), asyncio.Event()
        self._asked.set()
        self._server: datetime | None = None
        self.health = Health()
        self.reopened: list[Callable[[], None]] = []
        """Called when writing is allowed, again too: what is in memory may be of a later moment."""
        self.gap: Gap | None = None
        self.progress = time.monotonic()

    def admit(self, connection: Connection) -> None:
        """Let a connection for work pass; from any thread. Raises NotComparedError."""
        row = connection.execute("select pg_postmaster_start_time()").fetchone()
        if row is None or row[0] != self._server:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._asked.set)
            raise NotComparedError(WAITS)

    async def run(self) -> None:
        """Compare whenever PostgreSQL is another, until stopped."""
        while not self._stopping:
            self._turn()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), 5)
            if self._stopping or not self._asked.is_set():
                continue
            try:
                await self._compare()
            except AWAY as error:
                self._say(WAITS)
                log.warning("the store cannot be compared", extra={"error": repr(error)})
                await asyncio.sleep(_LOOK)

    def stop(self) -> None:
        """Stop waiting."""
        self._stopping = True
        self._asked.set()

    async def raise_era(self, number: int, by: str) -> None:
        """Raise the era because of the gap that was found, if there is one. Raises EraRaised."""
        events = self.gap.events if self.gap is not None else ()
        await self.ask(self.eras.raise_era, number, by, events)

    async def next_era(self) -> int:
        """The number of the era that may be raised now."""
        if self.gap is not None:
            return self.gap.era
        return Gap(await self.ask(self.eras.heads), ()).era

    async def ask(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Ask something of the eras in the store; one at a time."""
        async with self._using:
            return await asyncio.to_thread(work, *arguments)

    async def _compare(self) -> None:
        gap = await self._find(lambda: self.ask(self.eras.heads), self._turn)
        if gap.events:
            await self._hold(gap)
            return  # and compare again: the store may be another one
        self._opened(await self.ask(self.eras.told_in_gaps))
        self._server = gap.heads.server
        self._asked.clear()
        self._say(None)
        self.open.set()
        for reopened in self.reopened:
            reopened()

    async def _hold(self, gap: Gap) -> None:
        """Wait until the heads are others: the era was raised, or another moment was restored."""
        self.gap = gap
        count = f"{'more than ' if gap.more else ''}{len(gap.events)}"
        self._say(
            f"its topics hold {count} events that its store does not: it was restored to an earlier"
            " moment; see `inkoop status`, docs/operations/restore-earlier.md"
        )
        while not self._stopping and await self.ask(self.eras.heads) == gap.heads:
            self._turn()
            await asyncio.sleep(_LOOK)
        self.gap = None
        self._say(WAITS)

    def _turn(self) -> None:
        self.progress = time.monotonic()

    def _say(self, why: str | None) -> None:
        """Tell health why nothing may be written, or that all may."""
        for reason in [one for one in self.health.conditions if one.startswith("era: ")]:
            del self.health.conditions[reason]
        if why is None:
            self.health.reached("era")
            return
        log.log(logging.INFO if why == WAITS else logging.ERROR, why)
        self.health.lacks("era", why)
        self.health.conditions[f"era: {why}"] = lambda: False


class ComparedDatabase(Database):
    """A connection for work, made to a PostgreSQL whose store was compared with its topics."""

    def __init__(self, url: str, schema: str, name: str, comparing: Comparing) -> None:
        super().__init__(url, schema, name)
        self._comparing = comparing

    def _connect(self) -> Connection:
        connection = super()._connect()
        try:
            self._comparing.admit(connection)
        except BaseException:
            connection.close()
            raise
        return connection
