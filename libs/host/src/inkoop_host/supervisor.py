"""Watches the loops of a process: one that ends by itself ends the process.

Nothing lives on half: a server that answers while its processor is dead looks healthy.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from inkoop_host.health import Health

LOOP_SECONDS = 2.5
"""Given to the loops at a stop; then they are cancelled."""

log = logging.getLogger(__name__)


class Loop(Protocol):
    """Something that runs as long as the process; `progress` is monotonic seconds."""

    progress: float

    async def run(self) -> None:
        """Run until stopped."""
        ...

    def stop(self) -> None:
        """Finish what is in hand, then end."""
        ...


class Supervisor:
    """Starts loops, keeps the first that fails, and stops them together."""

    def __init__(self, health: Health) -> None:
        self.fault: BaseException | None = None
        self.health = health
        self._loops: list[Loop] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def watch(self, name: str, loop: Loop) -> None:
        """Run a loop that must not end before it is told to."""
        self._loops.append(loop)
        self.health.loops[name] = loop
        self.health.tasks[name] = self.begin(name, loop.run())
        if self._stopping:
            loop.stop()

    def begin(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something that may end when it is done, but not fail."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def fail(self, name: str, error: BaseException) -> None:
        """Something is broken that no waiting mends: the process ends, soon and with 1."""
        if self.fault is None:
            self.fault = error
            log.critical("%s has failed: the process ends", name, exc_info=error)

    async def stop(self) -> None:
        """Tell every loop to end; whoever is not ready in time is cancelled."""
        self._stopping = self.health.draining = True
        for loop in self._loops:
            loop.stop()
        for task in self._tasks:
            patience = LOOP_SECONDS if task.get_name() in self.health.tasks else 0
            asyncio.get_running_loop().call_later(patience, task.cancel)

    async def finish(self) -> None:
        """Wait until all have ended."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        name = task.get_name()
        error = None if task.cancelled() else task.exception()
        if error is None and name in self.health.tasks and not self._stopping:
            how = "was cancelled" if task.cancelled() else "ended by itself"
            error = RuntimeError(f"{name} {how}")
        if error is not None:
            self.fail(name, error)
