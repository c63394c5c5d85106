"""The stack at rest: memory of idle services, and how long a second start takes."""

import os
import subprocess
import time
from collections.abc import Iterable
from threading import Event

from bench.cpu import resident_mb
from bench.flow_bulk import Flow
from bench.harness import Bench
from bench.rows import Measured
from inkoop_local.checkout import ROOT
from inkoop_local.stack import SERVICES, Stack

PARSING = ("ordering", "invoicing")
"""Services that parse documents."""
_IDLE_SECONDS = 10


def measure(bench: Bench) -> Iterable[Measured]:
    """Started as people do it, by `make up` (its command alone when quick), over and over."""
    with bench.stack("standing", SERVICES) as stack:
        flow = Flow(stack, 0)
        flow.run(bench.pick(1_000, 50))
        starts: list[float] = []
        memory: dict[str, list[float]] = {service: [] for service in SERVICES}
        for number in bench.turns():
            stack.down()
            starts.append(_start(bench, stack))
            Event().wait(bench.pick(_IDLE_SECONDS, 2))
            for service, values in memory.items():
                values.append(resident_mb(stack.service(service).pid or 0))
            bench.say(f"  {number}/{bench.rounds}: up in {starts[-1]:.1f} s, {_now(memory)}")
    others = [service for service in SERVICES if service not in PARSING]
    yield Measured("memory.idle_mb", _largest(memory, others), None, _now(memory))
    yield Measured("memory.idle_parsing_mb", _largest(memory, PARSING), None, _now(memory))
    yield Measured("stack.second_start_s", starts)


def _start(bench: Bench, stack: Stack) -> float:
    command = ["inkoop-local", "up"] if bench.quick else ["make", "up"]
    environ = {**os.environ, "INKOOP_LOCAL_DIRECTORY": str(stack.directory)}
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command} failed: {done.stdout[-500:]}{done.stderr[-500:]}")
    return time.perf_counter() - started


def _largest(memory: dict[str, list[float]], services: Iterable[str]) -> list[float]:
    """In each round."""
    return [max(values) for values in zip(*(memory[one] for one in services), strict=True)]


def _now(memory: dict[str, list[float]]) -> dict[str, float]:
    return {f"{service} MB": round(values[-1], 1) for service, values in memory.items()}
