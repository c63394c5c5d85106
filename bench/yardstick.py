"""How quick the machine is at this moment: the CPU time of a fixed piece of Python.

A virtual machine changes its speed by half within minutes, and CPU time with it. Who compares two
runs, or two rows of one run, holds this beside them. It runs in a process of its own: in one that
has measured for minutes the same piece takes longer, for the memory that it works in.
"""

import gc
import subprocess
import sys
import time
from statistics import median

_PIECES, _OBJECTS = 9, 20_000


def yardstick() -> float:
    """Milliseconds of CPU for some ten thousand objects that are made, kept and looked at."""
    said = subprocess.run([sys.executable, "-I", __file__], capture_output=True, check=True)
    return float(said.stdout)


def _piece() -> float:
    started = time.process_time()
    kept = {str(number): (number, number + 1) for number in range(_OBJECTS)}
    if sum(first for first, _ in kept.values()) != _OBJECTS * (_OBJECTS - 1) // 2:
        raise RuntimeError("this machine cannot add")
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    gc.disable()
    sys.stdout.write(str(median(_piece() for _ in range(_PIECES))))
