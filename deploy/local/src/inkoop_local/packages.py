"""Installing Debian packages where the user may."""

import logging
import os
import shutil
import subprocess
from collections.abc import Mapping

_log = logging.getLogger(__name__)


def install_packages(environ: Mapping[str, str], *names: str) -> bool:
    """Install them with apt, as root; whether they are there now.

    Does nothing for other users, without apt, and where INKOOP_INSTALL=no says so.
    """
    may = os.geteuid() == 0 and environ.get("INKOOP_INSTALL") != "no"
    if not may or not shutil.which("apt-get"):
        return False
    _log.info("installing %s with apt-get (once)", " and ".join(names))
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]
    return _apt(["apt-get", "update", "-qq"]) and _apt(install)


def install_command(*names: str) -> str:
    """What to type to install them."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install --no-install-recommends {' '.join(names)}"


def _apt(argv: list[str]) -> bool:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        _log.warning("%s failed: %s", " ".join(argv[:2]), done.stderr.strip()[-300:])
    return done.returncode == 0
