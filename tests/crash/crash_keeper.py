"""The keeper: starts anew whatever died, and writes down how long it took to be ready again."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from crash_recovery import Crashes, Recovery, waits_for
from crash_stack import BreakableStack

from inkoop_local.processes import Running, running
from inkoop_local.service_process import ServiceProcess, ask_ready

LOOK = 0.1
"""Seconds between two looks at every replica."""
PATIENCE = 90.0
"""Seconds after which what does not come back is a finding."""
_FAILPOINT = '{"failpoint": "'


@dataclass
class _Away:
    """A replica that died and is not ready yet; monotonic times."""

    recovery: Recovery
    died: float
    harmed: float
    asked: float


class Keeper:
    """Watches the replicas of a stack in a thread; `cause` of a death is what `blame` was told."""

    def __init__(self, stack: BreakableStack, crashes: Crashes) -> None:
        self._stack, self.crashes = stack, crashes
        self._stopping = threading.Event()
        self._away: dict[str, _Away] = {}
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
        self.check()

    def check(self) -> None:
        """Raise what ended the watch, if it ended."""
        if self._error is not None:
            raise self._error

    def blame(self, process: ServiceProcess, cause: str) -> None:
        """This replica is about to die of this."""
        with self._lock:
            self._blamed[process.name] = cause

    def recovering(self) -> set[str]:
        """The replicas that died and are not ready yet."""
        return set(self._away)

    def harmed(self) -> None:
        """Harm was done to what all stand on: whoever is recovering begins again."""
        now = time.monotonic()
        for away in list(self._away.values()):
            away.harmed = now

    def server_crashed(
        self, cause: str, bring_back: Callable[[], None], *, died: bool = True
    ) -> None:
        """Kafka or PostgreSQL was harmed: bring it back, and wait for all that needs it.

        Replicas that died themselves, before or meanwhile, have recoveries of their own.
        """
        began = time.monotonic()
        self.crashes.by_cause[cause] += died
        bring_back()
        self.harmed()
        one = Recovery("all", cause)
        one.waits["the server itself"] = time.monotonic() - began
        try:
            self._stack.wait_ready(PATIENCE, one.waits, self.recovering)
        except AssertionError as late:
            self.crashes.troubles.append(f"{cause}: {late}")
        one.seconds = one.away = time.monotonic() - began
        self.crashes.recoveries.append(one)

    def _watch(self) -> None:
        for process in self._stack.all_replicas():
            self._know(process)
        while not self._stopping.is_set():
            for process in self._stack.all_replicas():
                if not self._alive(process):
                    self._bring_back(process)
            self._stopping.wait(LOOK)

    def _ask(self) -> None:
        with ThreadPoolExecutor(8) as threads:
            while not self._stopping.is_set():
                list(threads.map(self._ask_one, list(self._away)))
                self._stopping.wait(LOOK)

    def _ask_one(self, name: str) -> None:
        away = self._away[name]
        ready, said = ask_ready(self._urls[name])
        now, one = time.monotonic(), away.recovery
        if not ready:
            one.waits[waits_for(said)] += now - away.asked
            away.asked = now
            if now - away.harmed > PATIENCE:
                self.crashes.troubles.append(f"{name} does not come back: {said}")
                away.harmed = now
            return
        one.seconds, one.away = now - away.harmed, now - away.died
        self.crashes.recoveries.append(one)
        with self._lock:
            if self._away.get(name) is away:
                del self._away[name]

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
            end = " | ".join(said[-3:])[:600]
            self.crashes.troubles.append(f"{process.name} ended by itself: {end}")
        return blamed or "unexplained"

    def _know(self, process: ServiceProcess) -> None:
        # By pid, since `process.pid` looks at every process of the machine once it is dead.
        self._running[process.name] = running(process.pid or 0)
        self._urls[process.name] = process.url

    def _alive(self, process: ServiceProcess) -> bool:
        known = self._running[process.name]
        return known is not None and known.is_alive()

    def _bring_back(self, process: ServiceProcess) -> None:
        cause, now = self._cause_of_death(process), time.monotonic()
        if cause != "stopped":
            self.crashes.by_cause[cause] += 1
        with self._lock:
            before = self._away.get(process.name)
            died = before.died if before else now
            self._away[process.name] = _Away(Recovery(process.name, cause), died, now, now)
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
