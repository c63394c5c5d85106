"""The chaos: one fault after another, chosen by dice, until enough has crashed."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

import httpx
from crash_clock import OFFSETS
from crash_disk import Disk
from crash_keeper import Keeper
from crash_proxy import Proxy
from crash_stack import BreakableStack
from crash_views import VIEWS

from inkoop_local.errors import StackError
from inkoop_local.service_process import ServiceProcess
from inkoop_local.waiting import until

Fault: TypeAlias = Callable[[], bool]
FAILPOINTS = (
    "before-store-commit=0.004,after-store-commit=0.004,after-relay-send=0.006,"
    "before-relay-position=0.004,in-rebalance=0.05,in-rebuild=0.04"
)
"""Chances of dying each time that a place is passed; a replica passes some of them often."""


class Chaos:
    """Does harm to a stack; what dies by it is the keeper's to bring back.

    A fault says whether it was done: one that finds nobody to harm is not counted. `short` leaves
    servers, disk and clocks in peace.
    """

    def __init__(
        self, stack: BreakableStack, keeper: Keeper, disk: Disk, seed: int, *, short: bool = False
    ) -> None:
        self._stack, self._keeper, self._disk, self._short = stack, keeper, disk, short
        self._dice = random.Random(f"chaos/{seed}")  # noqa: S311
        self._never = threading.Event()
        self._deck: list[Fault] = []
        self.faults: Counter[str] = Counter()
        """All that was done, also what killed nobody."""

    def go_on_until(self, enough: Callable[[], bool], seconds: float, pause: float) -> None:
        """One fault after another until it is enough, or so many seconds went by."""
        deadline = time.monotonic() + seconds
        while not enough() and time.monotonic() < deadline:
            self._keeper.check()
            self._do(self._draw())
            self._never.wait(self._dice.uniform(0.2, 1.8) * pause)

    def cards(self) -> dict[Fault, int]:
        """How often each fault is in the deck; when all have been drawn it is shuffled anew."""
        if self._short:
            return {self.kill_replica: 2, self.cut_kafka: 1, self.cut_sql: 1}
        cards: dict[Fault, int] = {
            self.kill_replica: 32,
            self.stop_replica: 3,
            self.rebuild: 6,
            self.cut_kafka: 3,
            self.cut_sql: 3,
            self.slow_kafka: 2,
            self.slow_sql: 2,
            self.hold_kafka: 1,
            self.hold_sql: 1,
            self.kill_kafka: 2,
            self.kill_postgres: 2,
            self.end_postgres_at_once: 2,
        }
        if self._stack.clocks is not None and not self._stack.clocks.missing:
            cards[self.jump_clock] = 3
        if self._disk.mounted:
            cards[self.fill_disk] = 1
        return cards

    def undone(self) -> list[str]:
        """The faults that are in the deck and were not done yet."""
        return [name for fault in self.cards() if not self.faults[name := _name(fault)]]

    def _draw(self) -> Fault:
        if not self._deck:
            self._deck = [fault for fault, number in self.cards().items() for _ in range(number)]
            self._dice.shuffle(self._deck)
        return self._deck.pop()

    def _settled(
        self, fits: Callable[[ServiceProcess], bool] = lambda _: True
    ) -> ServiceProcess | None:
        """One that fits and does not recover just now, if there is one."""
        recovering = self._keeper.recovering()
        replicas = [one for one in self._stack.all_replicas() if one.name not in recovering]
        fitting = [one for one in replicas if fits(one)]
        return self._dice.choice(fitting) if fitting else None

    def _do(self, fault: Fault) -> None:
        try:
            done = fault()
        except StackError as error:  # a finding at the end; the run goes on
            self._keeper.crashes.troubles.append(f"{_name(fault)}: {error}")
            done = False
        self.faults[_name(fault)] += done
        words = "" if done else " (nobody to harm)"
        now, crashes = time.strftime("%H:%M:%S"), self._keeper.crashes.total
        print(f"{now} {crashes:4} {_name(fault)}{words}", flush=True)  # noqa: T201

    def kill_replica(self) -> bool:
        """kill -9."""
        process = self._settled()
        if process is not None:
            self._keeper.blame(process, "kill -9 of a service")
            process.kill()
        return process is not None

    def stop_replica(self) -> bool:
        """As a deployment does."""
        process = self._settled()
        if process is not None:
            self._keeper.blame(process, "stopped")
            process.stop()
        return process is not None

    def rebuild(self) -> bool:
        """A view from zero while work goes on; the replica may die of it."""
        service, view = self._dice.choice(VIEWS)
        url = f"{self._dice.choice(self._stack.urls(service))}/v1/views/{view}/rebuilds"
        try:
            return httpx.post(url, timeout=15, trust_env=False).is_success
        except httpx.ConnectError:
            return False
        except httpx.HTTPError:
            return True

    def cut_kafka(self) -> bool:
        """Every connection to Kafka, in the middle of whatever it carries."""
        self._stack.kafka_proxy.cut()
        self._keeper.harmed()
        return True

    def cut_sql(self) -> bool:
        """Every connection to PostgreSQL: nobody knows whether the last commit took place."""
        self._stack.sql_proxy.cut()
        self._keeper.harmed()
        return True

    def slow_kafka(self) -> bool:
        """A tenth of a second more each way, for three seconds."""
        return self._slow(self._stack.kafka_proxy, 0.1)

    def slow_sql(self) -> bool:
        """A twentieth of a second more each way, for three seconds."""
        return self._slow(self._stack.sql_proxy, 0.05)

    def hold_kafka(self) -> bool:
        """Connections stay open, nothing passes for four seconds."""
        return self._hold(self._stack.kafka_proxy, 4)

    def hold_sql(self) -> bool:
        """Connections stay open, nothing passes for three seconds."""
        return self._hold(self._stack.sql_proxy, 3)

    def kill_kafka(self) -> bool:
        """kill -9 of the broker."""
        broker = self._stack.infrastructure.kafka
        broker.kill()
        self._keeper.server_crashed("kill -9 of Kafka", broker.start)
        return True

    def kill_postgres(self) -> bool:
        """kill -9 of all processes of the server."""
        server = self._stack.infrastructure.postgres
        server.kill()
        self._keeper.server_crashed("kill -9 of PostgreSQL", server.start)
        return True

    def end_postgres_at_once(self) -> bool:
        """pg_ctl stop -m immediate: SIGQUIT to the postmaster."""
        server = self._stack.infrastructure.postgres
        if (pid := server.pid) is None:
            return False
        os.kill(pid, signal.SIGQUIT)
        until(lambda: server.pid is None, 30, "the end of PostgreSQL")
        self._keeper.server_crashed("PostgreSQL -m immediate", server.start)
        return True

    def fill_disk(self) -> bool:
        """PostgreSQL's disk has no byte left for six seconds; only if it dies is that a crash."""
        server = self._stack.infrastructure.postgres
        self._disk.fill()
        deadline = time.monotonic() + 6
        while server.pid is not None and time.monotonic() < deadline:
            self._never.wait(0.1)
        died = server.pid is None
        self._disk.free()
        self._keeper.server_crashed("disk full", server.start, died=died)
        return True

    def jump_clock(self) -> bool:
        """The clock of a replica jumps while it runs; done when its answers follow."""
        clocks = self._stack.clocks
        if clocks is None or (process := self._settled(clocks.has_own)) is None:
            return False
        return clocks.jump(process, self._dice.choice(OFFSETS))

    def _slow(self, proxy: Proxy, seconds: float) -> bool:
        proxy.delay = seconds
        self._never.wait(3)
        proxy.delay = 0.0
        self._keeper.harmed()
        return True

    def _hold(self, proxy: Proxy, seconds: float) -> bool:
        proxy.hold(True)
        self._never.wait(seconds)
        proxy.hold(False)
        self._keeper.harmed()
        return True


def _name(fault: Fault) -> str:
    return getattr(fault, "__name__", "")
