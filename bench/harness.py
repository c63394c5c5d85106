"""How a benchmark runs: its directory, its rounds, what it says meanwhile, where results go."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from bench.rows import ROWS, Measured
from bench.yardstick import Speed, yardstick
from inkoop_local.kafka_jvm import JIT
from inkoop_local.stack import Stack

WARM_SECONDS = 25
"""Load before the first round of a stack that stands for one that has run for long."""
RESULTS = Path(__file__).parent / "results"
_VERSIONS = ("aiokafka", "eventsourcing", "lxml", "msgspec", "psycopg", "fastapi", "faststream")


@dataclass
class Bench:
    """One run: `quick` shows that it works, in seconds, and proves nothing."""

    directory: Path
    quick: bool = False
    provider: str = "no stack"
    """Of Kafka and PostgreSQL, of the stack that was started last."""
    yardsticks: list[Speed] = field(default_factory=list[Speed])
    """Of the rounds of the module that measures, see `bench.yardstick`."""
    began: float = field(default_factory=time.monotonic)

    @property
    def rounds(self) -> int:
        """Rounds of everything that takes turns."""
        return 2 if self.quick else 5

    def turns(self) -> Iterable[int]:
        """The rounds, from 1; before each the machine itself is measured."""
        for number in range(1, self.rounds + 1):
            self.yardsticks.append(yardstick())
            yield number

    def pick(self, full: int, quick: int) -> int:
        """A size for this run."""
        return quick if self.quick else full

    def say(self, words: str) -> None:
        """Progress, with the seconds since the start."""
        sys.stderr.write(f"[{time.monotonic() - self.began:7.1f} s] {words}\n")
        sys.stderr.flush()

    @contextmanager
    def stack(
        self, name: str, services: tuple[str, ...], *, for_long: bool = False
    ) -> Generator[Stack]:
        """A fresh stack of these services, fsync on; thrown away at the end.

        `for_long`: its broker compiles itself as in production. Give it WARM_SECONDS of load first.
        """
        self.say(f"starting the stack {name}: {', '.join(services) or 'no services'}")
        environ = {**os.environ, JIT: "full"} if for_long else os.environ
        stack = Stack(self.directory / name, environ, services)
        stack.clean()
        try:
            stack.up(only_infrastructure=not services)
            self.provider = str(stack.infrastructure)
            yield stack
        finally:
            stack.clean()

    def interleaved(self, contenders: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
        """Every contender once a round, for all rounds: what each said."""
        said: dict[str, list[float]] = {name: [] for name in contenders}
        for number in self.turns():
            for name, run in contenders.items():
                said[name].append(run())
            figures = ", ".join(f"{name} {values[-1]:,.4g}" for name, values in said.items())
            self.say(f"  round {number}/{self.rounds}: {figures}")
        return said


def machine() -> dict[str, Any]:
    """Where it ran, as far as figures depend on it."""
    model = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cores": os.cpu_count(),
        "processor": model[0] if model else platform.machine(),
        "memory_gb": round(memory, 1),
        "system": f"{platform.system()} {platform.release()}",
        "load_at_start": [round(load, 2) for load in os.getloadavg()],
    }


def versions() -> dict[str, str]:
    """Of Python and of what does the work."""
    return {"python": platform.python_version(), **{name: version(name) for name in _VERSIONS}}


def as_results(measured: Iterable[Measured], bench: Bench, began: str) -> list[dict[str, Any]]:
    """What was measured, in the form of the result file and in the order of the rows."""
    by_id = {one.id: one for one in measured}
    found: list[dict[str, Any]] = []
    for row in ROWS:
        if (one := by_id.get(row.id)) is None:
            continue
        rival = one.rival
        found.append(
            {
                "id": row.id,
                "what": row.what,
                "value": one.value,
                "unit": row.unit,
                "rival": rival and {"name": rival.name, "value": rival.value},
                "ratio": rival and rival.value and one.value / rival.value,
                "budget": row.budget,
                "budget_is": None if row.budget is None else "most" if row.most else "least",
                "met": row.is_met(one.value),
                "rounds": list(one.rounds),
                "detail": dict(one.detail),
                "yardstick_ms": median(speed.ms for speed in bench.yardsticks),
                "yardstick_rested": median(speed.rested for speed in bench.yardsticks),
                "provider": bench.provider,
                "measured": began,
            }
        )
    return found


def merged(
    before: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The rows of now in place of those of before, in the order of the rows."""
    by_id = {row["id"]: row for row in (*before, *now)}
    return [by_id[row.id] for row in ROWS if row.id in by_id]


def write_results(path: Path, content: Mapping[str, Any]) -> None:
    """Write the result file, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
