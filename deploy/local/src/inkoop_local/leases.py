"""Several users of one directory: the first finds it unused, the last one turns off the light."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self


class Lease:
    """A share in the use of something; the kernel gives it back when its holder dies."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    @contextmanager
    def taken(cls, path: Path) -> Generator[tuple[Self, bool]]:
        """Take a share; within the block others wait, and we know whether we are the only one.

        After the block the share is held until it is given back.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
        alone = _tried(file)
        if not alone:
            fcntl.flock(file, fcntl.LOCK_SH)
        try:
            yield cls(file), alone
        except BaseException:
            file.close()
            raise
        fcntl.flock(file, fcntl.LOCK_SH)

    @contextmanager
    def given_back(self) -> Generator[bool]:
        """Give the share back; whether nobody has one any more. Newcomers wait for the block."""
        with self._file as file:
            yield not file.closed and _tried(file)


def _tried(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
