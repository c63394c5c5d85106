"""Clocks that jump while a process runs: libfaketime, which reads its offset from a file."""

import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from inkoop_local.errors import StackError
from inkoop_local.service_process import ServiceProcess
from inkoop_local.waiting import until

_LIBRARIES = tuple(
    Path(f"/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1")
    for machine in ("x86_64", "aarch64")
)
_LEFT = Path("/dev/shm")  # noqa: S108 — where libfaketime leaves what it shared
OFFSETS = (2 * 86400, -3600, -400 * 86400, 7)
"""Seconds by which a clock is wrong after a jump."""


class Clocks:
    """Every second replica lives by a clock of its own, kept in `place`; the others by ours."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._library = next((path for path in _LIBRARIES if path.exists()), None)

    @property
    def missing(self) -> str:
        """Why no clock can jump here; empty where they can."""
        return "" if self._library else "no libfaketime: apt-get install libfaketime"

    def settings(self, process: ServiceProcess) -> dict[str, str]:
        """What a replica is started with; after a crash it lives on in the time that it had."""
        if self._library is None or not self.has_own(process):
            return {}
        _sweep()
        if not (offset := self._offset(process)).exists():
            self._write(process, 0)
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(offset),
            "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def has_own(self, process: ServiceProcess) -> bool:
        """Whether the clock of this replica can jump."""
        return process.number % 2 == 1

    def jump(self, process: ServiceProcess, seconds: int) -> bool:
        """Put its clock forward or back while it runs; whether its answers were seen to follow."""
        self._write(process, seconds)
        try:
            return until(lambda: _is_wrong_by(process.url, seconds), 5, "the jump", pause=0.2)
        except StackError:
            return False

    def _offset(self, process: ServiceProcess) -> Path:
        return self._place / f"{process.name}.offset"

    def _write(self, process: ServiceProcess, seconds: int) -> None:
        self._place.mkdir(parents=True, exist_ok=True)
        fresh = self._offset(process).with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.replace(self._offset(process))


def _is_wrong_by(url: str, seconds: int) -> bool:
    """What the date of its answers says, which the server renews once a second."""
    try:
        said = httpx.get(f"{url}/livez", timeout=3, trust_env=False).headers["date"]
    except httpx.HTTPError:
        return False
    return abs(parsedate_to_datetime(said).timestamp() - time.time() - seconds) < 3


def _sweep() -> None:
    """Every process that is killed leaves two files, over which a later one would stumble."""
    for left in _LEFT.glob("*faketime_*"):
        if not Path("/proc", left.name.rpartition("_")[2]).exists():
            left.unlink(missing_ok=True)
