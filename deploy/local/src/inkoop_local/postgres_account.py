"""As whom PostgreSQL runs: it refuses root, so root steps into a user namespace of its own."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inkoop_local.errors import Unavailable

_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
# Another user that may go where root may: the checkout often lies in /root. Without the secure bit
# access(2), which initdb asks, would not count the capability.
_CAPABLE = (
    "--securebits=+no_setuid_fixup",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)


@dataclass(frozen=True, slots=True)
class Account:
    """How to start a program that must not be root: words before its own."""

    before: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None

    @classmethod
    def for_paths(cls, directory: Path, binaries: Path) -> "Account":
        """Whoever is not root just runs; root takes a user namespace, else another user.

        That user must be able to enter both paths. Raises Unavailable when none is.
        """
        if os.geteuid() != 0:
            return cls()
        if _works([*_NAMESPACE, "true"]):
            # Inside its uid is 1000, outside the files stay root's.
            return cls(_NAMESPACE)
        return _another(directory, binaries)

    def argv(self, program: Sequence[str]) -> list[str]:
        """The program's words with ours before them."""
        return [*self.before, *program]

    def make_directory(self, directory: Path) -> None:
        """Make a directory that is this account's alone."""
        directory.mkdir(parents=True, mode=0o700)
        if self.owner:
            os.chown(directory, *self.owner)


def _another(directory: Path, binaries: Path) -> Account:
    user = next((name for name in ("postgres", "nobody") if _known(name)), "nobody")
    entry = pwd.getpwnam(user)
    become = ("setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")
    for before in ((*become, *_CAPABLE), become):
        if _works([*before, "test", "-x", str(directory), "-a", "-x", str(binaries)]):
            os.chown(directory, entry.pw_uid, entry.pw_gid)
            return Account(before, (entry.pw_uid, entry.pw_gid))
    raise Unavailable(
        f"PostgreSQL refuses root, there are no user namespaces, and {user} may not enter"
        f" {directory} and {binaries}",
        f"run as another user, or move the checkout to a folder that {user} may enter",
    )


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
