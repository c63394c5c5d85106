"""CPU time of the processes of a stack, from /proc, by who they are."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from inkoop_local.stack import Stack

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of CPU; `load` is the benchmark itself: what offers the work and listens."""

    python: float
    postgres: float
    broker: float
    load: float

    def __sub__(self, before: "Cpu") -> "Cpu":
        """What was used since."""
        return Cpu(
            self.python - before.python,
            self.postgres - before.postgres,
            self.broker - before.broker,
            self.load - before.load,
        )

    @property
    def total(self) -> float:
        """All but the load generator."""
        return self.python + self.postgres + self.broker

    def per(self, count: float, scale: float) -> dict[str, float]:
        """The parts for one of so many, times `scale`."""
        parts = {
            "python": self.python,
            "postgres": self.postgres,
            "broker": self.broker,
            "load generator (left out)": self.load,
        }
        return {name: seconds / count * scale for name, seconds in parts.items()}


class Meter:
    """Reads the CPU of a stack: its services, its PostgreSQL with all backends, its broker.

    Raises RuntimeError where the broker or the server is not a process of this machine.
    """

    def __init__(self, stack: Stack, services: Iterable[tuple[str, int]]) -> None:
        broker, server = stack.infrastructure.kafka.pid, stack.infrastructure.postgres.pid
        if broker is None or server is None:
            raise RuntimeError("CPU is not measurable here: give the stack local processes")
        self._broker, self._server = broker, server
        self._services = [stack.service(*one).pid or 0 for one in services]

    def read(self) -> Cpu:
        """Seconds until now."""
        family = _children()
        python = sum(_tree_seconds(pid, family) for pid in self._services)
        times = os.times()
        return Cpu(
            python,
            _tree_seconds(self._server, family),
            _tree_seconds(self._broker, family),
            times.user + times.system,
        )


def resident_mb(pid: int) -> float:
    """VmRSS of a process in MB (10^6 bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _tree_seconds(pid: int, family: dict[int, list[int]]) -> float:
    """Of a process, its living descendants, and those that have ended and were waited for."""
    own = _stat(pid)
    seconds = sum(int(ticks) for ticks in own[11:15]) / _TICK if own else 0.0
    return seconds + sum(_tree_seconds(child, family) for child in family.get(pid, ()))


def _children() -> dict[int, list[int]]:
    family: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        if fields := _stat(int(entry.name)):
            family.setdefault(int(fields[1]), []).append(int(entry.name))
    return family


def _stat(pid: int) -> list[str]:
    """The fields behind the name: state, parent, …; utime, stime, cutime, cstime at 11 to 14."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
