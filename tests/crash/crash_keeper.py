"""The keeper: starts anew whatever died, and writes down how long it took to be ready again."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from crash_stack import BreakableStack

from inkoop_local.processes import Running, running
from inkoop_local.service_process import ServiceProcess, ask_ready

LOOK = 0.1
"""Seconds between two looks at every replica."""
_FAILPOINT = '{"failpoint": "'


@dataclass
class Crashes:
    """What died, of what, and how long until it, and all that stands on it, was ready again."""

    by_cause: Counter[str] = field(default_factory=Counter[str])
    recoveries: list[float] = field(default_factory=list[float])
    unexplained: list[str] = field(default_factory=list[str])
    """Replicas that ended though nobody did them harm, with the end of their logs."""
    slowest: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    @property
    def total(self) -> int:
        """How many so far."""
        return self.by_cause.total()

    def recovered(self, name: str, seconds: float) -> None:
        """It is ready again."""
        self.recoveries.append(seconds)
        self.slowest = sorted([*self.slowest, (round(seconds, 2), name)], reverse=True)[:8]


class Keeper:
    """Watches the replicas of a stack in a thread; `cause` of a death is what `blame` was told."""

    def __init__(self, stack: BreakableStack, crashes: Crashes) -> None:
        self._stack, self.crashes = stack, crashes
        self._stopping = threading.Event()
        self._died: dict[str, list[float]] = {}
        self._blamed: dict[str, str] = {}
        self._lock = threading.Lock()
        self._running: dict[str, Running | None] = {}
        self._urls: dict[str, str] = {}
        self._logged: Counter[str] = Counter()
        self._error: BaseException | None = None
        work = (self._watch, self._ask)
        self._threads = [threading.Thread(target=self._kept(one), daemon=True) for one in work]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Watch no more."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
        if self._error is not None:
            raise self._error

    def blame(self, process: ServiceProcess, cause: str) -> None:
        """This replica is about to die of this."""
        with self._lock:
            self._blamed[process.name] = cause

    def recovering(self) -> set[str]:
        """The replicas that died and are not ready yet."""
        return set(self._died)

    def server_crashed(
        self, cause: str, bring_back: Callable[[], None], *, died: bool = True
    ) -> None:
        """Kafka or PostgreSQL was harmed: bring it back, and wait for all that needs it."""
        began = time.monotonic()
        self.crashes.by_cause[cause] += died
        bring_back()
        back = time.monotonic() - began
        self._stack.wait_ready(90)
        self.crashes.recovered(f"{cause} (back after {back:.1f})", time.monotonic() - began)

    def _watch(self) -> None:
        for process in self._stack.all_replicas():
            self._know(process)
        while not self._stopping.is_set():
            for process in self._stack.all_replicas():
                if not self._alive(process):
                    self._bring_back(process)
            self._stopping.wait(LOOK)

    def _ask(self) -> None:
        while not self._stopping.is_set():
            for name in list(self._died):
                if ask_ready(self._urls[name])[0]:
                    now = time.monotonic()
                    for died in self._died.pop(name):
                        self.crashes.recovered(name, now - died)
            self._stopping.wait(LOOK)

    def _cause_of_death(self, process: ServiceProcess) -> str:
        """A failpoint says so in the log; else what we did to it; else nobody knows."""
        with self._lock:
            blamed = self._blamed.pop(process.name, None)
        with process.log.open("rb") as log:
            log.seek(self._logged[process.name])
            said = log.read().decode(errors="replace").splitlines()
        for line in said:
            if line.startswith(_FAILPOINT):
                return "failpoint " + line.removeprefix(_FAILPOINT).split('"')[0]
        if blamed is None:
            self.crashes.unexplained.append(f"{process.name}: {' | '.join(said[-3:])[:600]}")
        return blamed or "unexplained"

    def _know(self, process: ServiceProcess) -> None:
        # By pid, since `process.pid` looks at every process of the machine once it is dead.
        self._running[process.name] = running(process.pid or 0)
        self._urls[process.name] = process.url

    def _alive(self, process: ServiceProcess) -> bool:
        known = self._running[process.name]
        return known is not None and known.is_alive()

    def _bring_back(self, process: ServiceProcess) -> None:
        cause = self._cause_of_death(process)
        if cause != "stopped":
            self.crashes.by_cause[cause] += 1
        self._died[process.name] = [*self._died.get(process.name, []), time.monotonic()]
        self._logged[process.name] = process.log.stat().st_size
        self._stack.begin(process)
        self._know(process)

    def _kept(self, work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except BaseException as error:  # told by `finish`
                self._error = error

        return run
