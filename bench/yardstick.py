"""How quick the machine is at this moment: the CPU time of a fixed piece of Python.

A virtual machine changes its speed by half within minutes, and CPU time with it. Who compares two
runs, or two rows of one run, holds this beside them. The same work also costs more where it comes
in small portions, since a core that rested has a cold cache and a slow start: what arrives at a
fixed rate pays that every time. It runs in a process of its own: in one that has measured for
minutes the same piece takes longer, for the memory that it works in.
"""

import gc
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from threading import Event

_PIECES, _OBJECTS, _FEW = 9, 20_000, 1_000
_REST = 0.02


@dataclass(frozen=True, slots=True)
class Speed:
    """`ms` of CPU for a fixed piece; a small one costs `rested` times as much after a rest."""

    ms: float
    rested: float


def yardstick() -> Speed:
    """Some ten thousand objects that are made, kept and looked at."""
    said = subprocess.run([sys.executable, "-I", __file__], capture_output=True, check=True)
    return Speed(*map(float, said.stdout.split()))


def _piece(objects: int) -> float:
    started = time.process_time()
    kept = {str(number): (number, number + 1) for number in range(objects)}
    if sum(first for first, _ in kept.values()) != objects * (objects - 1) // 2:
        raise RuntimeError("this machine cannot add")
    return (time.process_time() - started) * 1000


def _rested(rests: Iterable[float]) -> Iterable[float]:
    never = Event()
    for rest in rests:
        never.wait(rest)
        yield _piece(_FEW)


if __name__ == "__main__":
    gc.disable()
    whole = median(_piece(_OBJECTS) for _ in range(_PIECES))
    busy, rested = median(_rested([0] * _PIECES)), median(_rested([_REST] * _PIECES))
    sys.stdout.write(f"{whole} {rested / busy}")
