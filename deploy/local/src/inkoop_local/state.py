"""Files that the stack remembers itself by: JSON written whole or not at all, and locks."""

import fcntl
import json
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write so that a reader, or a crash, sees the old file or the new one, never a half."""
    write_text(path, json.dumps(content, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write whole or not at all, as `write_json`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Threads of one process may write the same file at once: each has a name of its own beside it.
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """What was written; empty where nothing, or nothing readable, is there."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return content if isinstance(content, dict) else {}


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold the lock file `path`; wait for it. The kernel lets go when the holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, for an error that must say why."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "\n".join(f"    {line}" for line in lines[-count:])
