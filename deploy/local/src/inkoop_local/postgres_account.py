"""As whom PostgreSQL runs: it refuses root, so root steps into a user namespace of its own."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inkoop_local.errors import Unavailable

_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


@dataclass(frozen=True, slots=True)
class Account:
    """How to start a program that must not be root: words before its own."""

    before: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None

    @classmethod
    def for_directory(cls, directory: Path) -> "Account":
        """Whoever is not root just runs; root takes a user namespace, else the user `nobody`."""
        if os.geteuid() != 0:
            return cls()
        if _works([*_NAMESPACE, "true"]):
            # Inside its uid is 1000, outside the files stay root's.
            return cls(_NAMESPACE)
        return _as_another(directory)

    def argv(self, program: Sequence[str]) -> list[str]:
        """The program's words with ours before them."""
        return [*self.before, *program]

    def make_directory(self, directory: Path) -> None:
        """Make a directory that is this account's alone."""
        directory.mkdir(parents=True, mode=0o700)
        if self.owner:
            os.chown(directory, *self.owner)


def _as_another(directory: Path) -> Account:
    user = next((name for name in ("postgres", "nobody") if _known(name)), "nobody")
    entry = pwd.getpwnam(user)
    before = ("setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
    if not _works([*before, "test", "-x", str(directory)]):
        raise Unavailable(
            f"PostgreSQL refuses root, there are no user namespaces, and {user} may not enter"
            f" {directory}",
            f"run as another user, or set INKOOP_LOCAL_DIRECTORY to a folder that {user} may enter",
        )
    os.chown(directory, entry.pw_uid, entry.pw_gid)
    return Account(before, (entry.pw_uid, entry.pw_gid))


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _works(argv: Sequence[str]) -> bool:
    try:
        return subprocess.run(argv, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
