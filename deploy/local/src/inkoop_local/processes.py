"""Processes that outlive their starter and are known again: by pid and by the time they began."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inkoop_local.errors import StackError
from inkoop_local.state import read_json, write_json
from inkoop_local.waiting import until

MARK = "INKOOP_LOCAL_PROCESS"
"""In the environment of every process of a stack: which one of which stack it is."""

_PROC = Path("/proc")
_ZOMBIE = "ZX"


@dataclass(frozen=True, slots=True)
class Running:
    """A process by pid and start; another process that gets the same pid is not mistaken for it."""

    pid: int
    began: str

    def is_alive(self) -> bool:
        """Whether it still runs; a dead one that its parent has not reaped yet does not."""
        _reap(self.pid)
        return _began(self.pid) == self.began

    def send(self, number: int) -> None:
        """Send a signal, unless it is gone already."""
        if self.is_alive():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def wait_gone(self, seconds: float) -> bool:
        """Whether it ended within `seconds`."""
        try:
            until(lambda: not self.is_alive(), seconds, "end of the process", pause=0.01)
        except StackError:
            return False
        return True

    def end(self, number: int = signal.SIGTERM, seconds: float = 10) -> bool:
        """Ask it to end; after `seconds` kill it. Whether it ended without being killed."""
        self.send(number)
        if self.wait_gone(seconds):
            return True
        self.send(signal.SIGKILL)
        self.wait_gone(5)
        return False

    def children(self) -> tuple["Running", ...]:
        """Its living direct children (Linux only; elsewhere none)."""
        found = (running(int(p.name)) for p in _PROC.glob("[0-9]*") if _parent(p) == self.pid)
        return tuple(child for child in found if child is not None)


def spawn(argv: Sequence[str], log: Path, mark: str, env: Mapping[str, str]) -> Running:
    """Start a program in a session of its own, output appended to `log`, marked as ours."""
    log.parent.mkdir(parents=True, exist_ok=True)
    # posix_spawn and not Popen: the process shall outlive us, which Popen takes for a leak.
    pid = os.posix_spawnp(
        argv[0],
        list(argv),
        {**env, MARK: mark},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
        setsigdef=[signal.SIGPIPE, signal.SIGINT, signal.SIGTERM],
    )
    return Running(pid, _began(pid) or "ended")


def running(pid: int) -> Running | None:
    """The process that has this pid now, or None."""
    began = _began(pid)
    return Running(pid, began) if began else None


def remember(path: Path, process: Running) -> None:
    """Write down which process it is."""
    write_json(path, {"pid": process.pid, "began": process.began})


def recall(path: Path, mark: str) -> Running | None:
    """The living process that was written down, or the one marked so that no one wrote down."""
    known = read_json(path)
    process = Running(int(known.get("pid", 0)), str(known.get("began", "")))
    if process.began and process.is_alive():
        return process
    found = marked(mark)
    return found[0] if found else None


def marked(mark: str) -> list[Running]:
    """Living processes with this mark whose parent does not have it (Linux only)."""
    pids = {int(p.name) for p in _PROC.glob("[0-9]*") if _mark(p) == mark}
    roots = sorted(pid for pid in pids if _parent(_PROC / str(pid)) not in pids)
    return [process for process in map(running, roots) if process is not None]


def marked_below(directory: Path) -> list[Running]:
    """Every living process with a mark below this directory: all that its stack left running."""
    marks = {mark for p in _PROC.glob("[0-9]*") if (mark := _mark(p)).startswith(f"{directory}/")}
    return [process for mark in sorted(marks) for process in marked(mark)]


def _began(pid: int) -> str | None:
    if not _PROC.joinpath("self").exists():
        return _began_by_ps(pid)
    fields = _stat(_PROC / str(pid))
    # A zombie that still has threads is only the first of them: its ports are not free yet.
    if not fields or (fields[0] in _ZOMBIE and int(fields[17]) <= 1):
        return None
    # Ticks since boot, so the boot is named too.
    boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot}:{fields[19]}"


def _began_by_ps(pid: int) -> str | None:
    argv = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    shown = subprocess.run(argv, capture_output=True, text=True, check=False).stdout.split()
    return " ".join(shown[1:]) if shown and shown[0][0] not in _ZOMBIE else None


def _stat(process: Path) -> list[str]:
    """The fields of /proc/<pid>/stat from the third (the state) on; empty when it is gone."""
    try:
        line = (process / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return line.rpartition(")")[2].split()


def _parent(process: Path) -> int:
    fields = _stat(process)
    return int(fields[1]) if fields else 0


def _mark(process: Path) -> str:
    try:
        environ = (process / "environ").read_bytes()
    except OSError:
        return ""
    name = f"{MARK}=".encode()
    found = (entry for entry in environ.split(b"\0") if entry.startswith(name))
    return next(found, b"").removeprefix(name).decode(errors="replace")


def _reap(pid: int) -> None:
    """Let a dead child of ours go; else it stays as a zombie, and its pid seems taken."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
