"""A small disk for PostgreSQL that can be filled to the last byte: a tmpfs, where we may mount."""

import contextlib
import os
import subprocess
from pathlib import Path

MEGABYTES = 900


class Disk:
    """The file system at `place`; `mounted` is False where nobody lets us mount."""

    def __init__(self, place: Path) -> None:
        self._place, self._filler = place, place / "filler"
        self.mounted = False

    def mount(self) -> None:
        """Put the small file system there; the place must be empty."""
        self.unmount()
        self._place.mkdir(parents=True, exist_ok=True)
        words = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(self._place)]
        with contextlib.suppress(OSError):
            self.mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0

    def unmount(self) -> None:
        """Take it away, with what a run that was killed left."""
        if self._place.is_mount():
            subprocess.run(["umount", "--lazy", str(self._place)], check=False)
        self.mounted = False

    def fill(self) -> None:
        """Leave no byte."""
        free = os.statvfs(self._place)
        with self._filler.open("wb") as file, contextlib.suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)

    def free(self) -> None:
        """Give the space back."""
        self._filler.unlink(missing_ok=True)
