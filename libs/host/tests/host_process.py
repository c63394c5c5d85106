"""A process of a service with loops of ours, to be started, watched and stopped by tests.

    python -m host_process idle|busy|hangs|stuck|bug|ends|whole|typo

Its Kafka and PostgreSQL are ports that nobody listens at.
"""

import asyncio
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter

from inkoop_host import logs
from inkoop_host.comparing import Comparing
from inkoop_host.eras import Eras, Heads
from inkoop_host.gap import Gap
from inkoop_host.health import Health
from inkoop_host.metrics import Metrics
from inkoop_host.parts import Parts
from inkoop_host.process import Process
from inkoop_host.runtime import (
    AsyncApi,
    application,
    dispatch,
    make_server,
    patient_broker,
)
from inkoop_host.service import Service
from inkoop_host.settings import Settings
from inkoop_host.supervisor import Supervisor
from inkoop_host.tracing import Tracing
from inkoop_kit.postgres import Database

NOBODY = "127.0.0.1:9"
NOWHERE = Database(f"postgresql://x@{NOBODY}/x", "x", "x")


@dataclass
class Loop:
    """A loop that does as its name says, and looks like every part of a service."""

    how: str = "idle"
    joined: bool = True
    oldest_age: float = 0.0
    progress: float = field(default_factory=time.monotonic)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Run until stopped, or not."""
        if self.how == "bug":
            raise KeyError("a bug")
        if self.how == "ends":
            return
        if self.how == "stuck":
            await asyncio.to_thread(threading.Event().wait)
        await self.stopping.wait()
        if self.how == "busy":
            await asyncio.sleep(0.5)
            sys.stdout.write("finished what was in hand\n")
        if self.how == "hangs":
            await asyncio.Event().wait()

    def stop(self) -> None:
        """End."""
        self.stopping.set()

    def read_again(self) -> None:
        """It knows nothing."""

    def status(self) -> dict[str, Any]:
        """Nothing waits."""
        return {"waiting": 0}

    def lag(self) -> dict[tuple[str, int], int]:
        """One topic."""
        return {("things", 3): 17}

    def backlog(self) -> dict[int, int]:
        """One lane."""
        return {3: 2}


@dataclass
class Books:
    """What operators see, in memory."""

    parked_rows: list[dict[str, Any]] = field(default_factory=list)
    released: list[Any] = field(default_factory=list)
    error: Exception | None = None

    def status(self) -> dict[str, Any]:
        """All of it."""
        if self.error is not None:
            raise self.error
        return {"facts": 5, "parked": len(self.parked_rows), "relay_backlog": 2}

    def parked(self, after: int, limit: int) -> list[dict[str, Any]]:
        """A page."""
        return [row for row in self.parked_rows if row["id"] > after][:limit]

    def parked_one(self, parked: int) -> dict[str, Any] | None:
        """One."""
        return next((row for row in self.parked_rows if row["id"] == parked), None)

    def release(self, ids: list[int]) -> int:
        """Some."""
        self.released += ids
        return len(ids)

    def release_key(self, topic: str, key: str) -> int:
        """All of a key."""
        self.released.append((topic, key))
        return 3

    def views(self) -> list[str]:
        """The views."""
        return ["things"]

    def rebuild(self, view: str) -> Any:
        """Two lanes."""
        yield {"lane": 0, "facts": 3, "rows": 2}
        if self.error is not None:
            raise self.error
        yield {"lane": 1, "facts": 4, "rows": 1}


@dataclass
class Fixed:
    """A router whatever the desk."""

    router: APIRouter

    def __call__(self, desk: object) -> APIRouter:
        """The router."""
        return self.router


def private(key: str, fact: object) -> None:
    """Nothing is told."""


def settings(**more: Any) -> Settings:
    """Settings of a process that finds nobody."""
    known = {"kafka": NOBODY, "database": f"postgresql://x@{NOBODY}/x", "http_port": 0}
    return Settings(operator="00000001003214345000", **(known | more))  # pyright: ignore[reportArgumentType] — an OIN


def service(**more: Any) -> Service:
    """A service of the catalogue, with a router that has one route."""
    router = APIRouter()

    @router.get("/v1/things")
    def things() -> list[str]:
        return []

    return Service(
        name="ordering", settings=settings(**more), kinds=(), router=Fixed(router),
        to_public=private,
    )  # fmt: skip


def fake_parts(_: Service, metrics: Metrics, tracing: Tracing, instruments: object) -> Parts:
    """Loops that idle."""
    del metrics, tracing, instruments
    return Parts(
        desk=Loop(), relay=Loop(), processor=Loop(joined=False), operations=Books(),
        comparing=Comparing(Eras(NOWHERE), no_gap, print),
    )  # fmt: skip


async def no_gap(read: object, turn: object) -> Gap:
    """Store and topics agree."""
    del read, turn
    return Gap(Heads({0: 0}, None, datetime(2026, 11, 24, tzinfo=UTC)), ())


async def loop_alone(how: str) -> int:
    """A server with one loop, which begins at once."""
    health = Health()
    supervisor = Supervisor(health)

    async def begin() -> None:
        supervisor.watch("loop", Loop(how))

    faststream = application(
        patient_broker(NOBODY, "test", supervisor), supervisor, begin, AsyncApi(dict), []
    )
    server = make_server(dispatch(faststream, faststream), supervisor, "127.0.0.1", 0)
    await server.serve()
    return 1 if supervisor.fault else 0


async def whole(kafka: str) -> int:
    """A whole process, which waits for Kafka and PostgreSQL."""
    return await Process(service(kafka=kafka), fake_parts).serve()


def main(how: str) -> int:
    """As the word says; the exit code."""
    logs.configure("test", "0", "0")
    if how in {"whole", "typo"}:
        return asyncio.run(whole(NOBODY if how == "whole" else "127.0.0.1:port"))
    return asyncio.run(loop_alone(how))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
