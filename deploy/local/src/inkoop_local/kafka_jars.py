"""The jars of Apache Kafka: fetched once with Maven, checked against jars.sha256, then kept."""

import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from inkoop_local.errors import StackError, Unavailable
from inkoop_local.packages import install_command
from inkoop_local.state import locked

KAFKA_VERSION = "4.3.1"

JAVA_PACKAGES = ("default-jre-headless", "maven")
"""Debian's; Maven is needed once, to fetch the jars."""

_log = logging.getLogger(__name__)


def cache_directory(environ: Mapping[str, str]) -> Path:
    """Where what was fetched or made once is kept, for all checkouts (INKOOP_CACHE changes it)."""
    if own := environ.get("INKOOP_CACHE"):
        return Path(own)
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "inkoop"


def kafka_jars(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The broker's jars, sorted; fetched when they are not there yet.

    Raises Unavailable when Maven is missing or fails, StackError when bytes are not the known ones.
    """
    directory = cache_directory(environ) / f"kafka-{KAFKA_VERSION}"
    if not directory.is_dir():
        # Maven's own repository is not safe for two processes either.
        with locked(directory.with_suffix(".lock")):
            if not directory.is_dir():
                _fetch(directory)
    return tuple(sorted(directory.glob("*.jar")))


def have_jars(environ: Mapping[str, str]) -> bool:
    """Whether the jars are there already, so that neither Maven nor a network is needed."""
    return (cache_directory(environ) / f"kafka-{KAFKA_VERSION}").is_dir()


def _fetch(directory: Path) -> None:
    maven = shutil.which("mvn")
    if not maven:
        raise Unavailable(
            "Maven is missing: it fetches Kafka's jars, once",
            install_command(*JAVA_PACKAGES),
        )
    _log.info("fetching Kafka's jars with Maven (44 MB, once)")
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix="fetch-") as beside:
        _resolve(maven, Path(beside))
        fetched = Path(beside) / "jars"
        check(fetched, files("inkoop_local").joinpath("jars/jars.sha256").read_text("ascii"))
        fetched.rename(directory)


def _resolve(maven: str, beside: Path) -> None:
    pom = beside / "pom.xml"
    pom.write_bytes(files("inkoop_local").joinpath("jars/pom.xml").read_bytes())
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime"]
    argv = [maven, "-q", "-B", "-C", "-Dstyle.color=never", "-f", str(pom), *goal]
    argv.append(f"-DoutputDirectory={beside / 'jars'}")
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[:8])
        raise Unavailable(
            f"Maven could not fetch Kafka's jars:\n{said}",
            "check the network; behind a TLS proxy, put its CA into Java's trust store",
        )


def check(directory: Path, known: str) -> None:
    """Compare every jar with the list (`sha256sum` format): none more, none less, none other."""
    wanted = {name: digest for digest, name in (line.split() for line in known.splitlines())}
    got = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in directory.iterdir()}
    if got != wanted:
        odd = sorted(
            name for name in got.keys() | wanted.keys() if got.get(name) != wanted.get(name)
        )
        raise StackError(f"Kafka's jars are not those of jars.sha256: {', '.join(odd)}")
