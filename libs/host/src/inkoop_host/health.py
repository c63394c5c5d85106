"""Health: started, alive, ready — three questions that a cluster asks for three reasons.

Started: everything was there once. Alive: this process only, never Kafka or PostgreSQL, because an
outage of those must not restart every instance. Ready: may be used now.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

PROGRESS_SECONDS = 60.0
"""A loop that made no turn for so long hangs; idle and waiting turns count."""
FRESH_SECONDS = 1.0
"""How long an answer of the database counts."""


class Turning(Protocol):
    """A loop that says when it last made a turn, in monotonic seconds."""

    progress: float


class Health:
    """What a process knows of itself; every answer is a list of reasons, empty when all is well."""

    def __init__(
        self,
        *,
        needs: tuple[str, ...] = ("schema", "postgresql", "kafka", "era"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.draining = False
        self.loops: dict[str, Turning] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.conditions: dict[str, Callable[[], bool]] = {}
        """What must hold to be ready, by the sentence that says so when it does not."""
        self.database: Callable[[], bool] | None = None
        """Whether PostgreSQL answers; it may block, so it is asked in a thread."""
        self._missing = dict.fromkeys(needs, "not reached yet")
        self._clock = clock
        self._asking = asyncio.Lock()
        self._asked: tuple[float, bool] = (float("-inf"), False)

    def reached(self, what: str) -> None:
        """Something that the start needs was there."""
        self._missing.pop(what, None)

    def lacks(self, what: str, why: str) -> None:
        """The start waits for something, and this is what is known of it."""
        if what in self._missing:
            self._missing[what] = why

    def startup(self) -> list[str]:
        """What was never there yet."""
        return [f"{what}: {why}" for what, why in self._missing.items()]

    def live(self) -> list[str]:
        """What in this process has died or hangs."""
        reasons = [f"{name}: its task has ended" for name, t in self.tasks.items() if t.done()]
        now = self._clock()
        for name, loop in self.loops.items():
            if (still := now - loop.progress) > PROGRESS_SECONDS:
                reasons.append(f"{name}: no turn for {still:.0f} s")
        return reasons

    async def ready(self) -> list[str]:
        """Why the service should not be used now."""
        if reasons := self.startup():
            return reasons
        reasons = ["draining: the process is stopping"] if self.draining else []
        reasons += self.live()
        reasons += [why for why, holds in self.conditions.items() if not holds()]
        if not await self._database_answers():
            reasons.append("postgresql: does not answer")
        return reasons

    async def _database_answers(self) -> bool:
        if self.database is None:
            return True
        async with self._asking:
            when, answer = self._asked
            if self._clock() - when > FRESH_SECONDS:
                answer = await asyncio.to_thread(self.database)
                self._asked = (self._clock(), answer)
        return answer
