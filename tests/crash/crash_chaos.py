"""The chaos: one fault after another, chosen by dice, until enough has crashed."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
from crash_disk import Disk
from crash_keeper import Keeper
from crash_stack import BreakableStack
from crash_views import VIEWS

from inkoop_local.service_process import ServiceProcess
from inkoop_local.waiting import until

FAKETIME = tuple(
    Path(f"/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1")
    for machine in ("x86_64", "aarch64")
)
"""Debian's libfaketime; without it no clock jumps."""
FAILPOINTS = (
    "before-store-commit=0.001,after-store-commit=0.001,after-relay-send=0.002,"
    "before-relay-position=0.002,in-rebalance=0.04,in-rebuild=0.06"
)
"""Chances of dying each time that a place is passed; a replica passes some of them often."""


class Chaos:
    """Does harm to a stack; what dies by it is the keeper's to bring back."""

    def __init__(self, stack: BreakableStack, keeper: Keeper, disk: Disk, seed: int) -> None:
        self._stack, self._keeper, self._disk = stack, keeper, disk
        self._dice = random.Random(f"chaos/{seed}")  # noqa: S311
        self._never = threading.Event()
        self._faketime = next((path for path in FAKETIME if path.exists()), None)
        self.faults: Counter[str] = Counter()
        """All that was done, also what killed nobody."""
        self._weights: dict[Callable[[], None], int] = {
            self.kill_replica: 60,
            self.stop_replica: 6,
            self.rebuild: 10,
            self.cut_kafka: 6,
            self.cut_sql: 6,
            self.slow_kafka: 4,
            self.slow_sql: 4,
            self.hold_kafka: 2,
            self.hold_sql: 2,
            self.kill_kafka: 4,
            self.kill_postgres: 4,
            self.end_postgres_at_once: 4,
            self.jump_clock: 4,
            self.fill_disk: 1,
        }

    def begin_with_servers(self) -> None:
        """Each fault of Kafka and PostgreSQL once, whatever the dice say later."""
        for fault in (self.kill_kafka, self.kill_postgres, self.end_postgres_at_once):
            self._do(fault)
        self._do(self.fill_disk)

    def go_on_until(self, crashes: int, seconds: float, pause: float) -> None:
        """One fault after another until so many crashed, or so many seconds went by."""
        deadline = time.monotonic() + seconds
        while self._keeper.crashes.total < crashes and time.monotonic() < deadline:
            [fault] = self._dice.choices(list(self._weights), list(self._weights.values()))
            self._do(fault)
            self._never.wait(self._dice.uniform(0.2, 1.8) * pause)

    def _settled(self) -> ServiceProcess | None:
        """One that does not recover just now: its recovery would be counted twice."""
        recovering = self._keeper.recovering()
        replicas = [one for one in self._stack.all_replicas() if one.name not in recovering]
        return self._dice.choice(replicas) if replicas else None

    def _do(self, fault: Callable[[], None]) -> None:
        name = getattr(fault, "__name__", "")
        self.faults[name] += 1
        print(f"{time.strftime('%H:%M:%S')} {self._keeper.crashes.total:4} {name}", flush=True)  # noqa: T201
        fault()

    def kill_replica(self) -> None:
        """kill -9."""
        if (process := self._settled()) is not None:
            self._keeper.blame(process, "kill -9 of a service")
            process.kill()

    def stop_replica(self) -> None:
        """As a deployment does."""
        if (process := self._settled()) is not None:
            self._keeper.blame(process, "stopped")
            process.stop()

    def rebuild(self) -> None:
        """A view from zero while work goes on; the replica may die of it."""
        service, view = self._dice.choice(VIEWS)
        url = self._dice.choice(self._stack.urls(service))
        with contextlib.suppress(httpx.HTTPError):
            httpx.post(f"{url}/v1/views/{view}/rebuilds", timeout=15, trust_env=False)

    def cut_kafka(self) -> None:
        """Every connection to Kafka, in the middle of whatever it carries."""
        self._stack.kafka_proxy.cut()

    def cut_sql(self) -> None:
        """Every connection to PostgreSQL: nobody knows whether the last commit took place."""
        self._stack.sql_proxy.cut()

    def slow_kafka(self) -> None:
        """A tenth of a second more each way."""
        self._stack.kafka_proxy.delay = 0.1
        self._never.wait(3)
        self._stack.kafka_proxy.delay = 0.0

    def slow_sql(self) -> None:
        """A twentieth of a second more each way."""
        self._stack.sql_proxy.delay = 0.05
        self._never.wait(3)
        self._stack.sql_proxy.delay = 0.0

    def hold_kafka(self) -> None:
        """Connections stay open, nothing passes."""
        self._stack.kafka_proxy.hold(True)
        self._never.wait(4)
        self._stack.kafka_proxy.hold(False)

    def hold_sql(self) -> None:
        """Connections stay open, nothing passes."""
        self._stack.sql_proxy.hold(True)
        self._never.wait(3)
        self._stack.sql_proxy.hold(False)

    def kill_kafka(self) -> None:
        """kill -9 of the broker."""
        broker = self._stack.infrastructure.kafka
        broker.kill()
        self._keeper.server_crashed("kill -9 of Kafka", broker.start)

    def kill_postgres(self) -> None:
        """kill -9 of all processes of the server."""
        server = self._stack.infrastructure.postgres
        server.kill()
        self._keeper.server_crashed("kill -9 of PostgreSQL", server.start)

    def end_postgres_at_once(self) -> None:
        """pg_ctl stop -m immediate: SIGQUIT to the postmaster."""
        server = self._stack.infrastructure.postgres
        if pid := server.pid:
            os.kill(pid, signal.SIGQUIT)
            until(lambda: server.pid is None, 30, "the end of PostgreSQL")
        self._keeper.server_crashed("PostgreSQL -m immediate", server.start)

    def fill_disk(self) -> None:
        """PostgreSQL's disk has no byte left for six seconds; only if it dies is that a crash."""
        if not self._disk.mounted or self.faults["fill_disk"] > 3:
            return
        server = self._stack.infrastructure.postgres
        self._disk.fill()
        deadline = time.monotonic() + 6
        while server.pid is not None and time.monotonic() < deadline:
            self._never.wait(0.1)
        died = server.pid is None
        self._disk.free()
        self._keeper.server_crashed("disk full", server.start, died=died)

    def jump_clock(self) -> None:
        """A replica comes back to live in another time, and keeps it; needs libfaketime."""
        if self._faketime is None:
            return
        process = self._settled()
        if process is None:
            return
        self._stack.own[process.name] |= {
            "LD_PRELOAD": str(self._faketime),
            "FAKETIME": self._dice.choice(("+2d", "-1h", "-400d", "+7s")),
            "DONT_FAKE_MONOTONIC": "1",
        }
        self._keeper.blame(process, "kill -9 of a service")
        process.kill()
