"""Migrations: plain SQL files of the kit and of the service, run once each by the owner's role."""

import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable

import psycopg
from psycopg import Connection, sql

_LOCK_TIMEOUT = "10s"
"""A migration that waits longer for a table gives up: what queues behind it would stand still."""
_PLACEHOLDER = re.compile(r"(?<![:\w]):(service|reader)\b")
_log = logging.getLogger(__name__)


class MigrationRefused(Exception):  # noqa: N818 — says what is so
    """A file that was run has changed since; history is not rewritten."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file; `name` is `<kit or service>/<file>`."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Hexadecimal, of the bytes of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def schema_of(service: str) -> str:
    """The schema, and the name of the role, of a service."""
    return service.replace("-", "_")


def migrations_of(service: str) -> tuple[Migration, ...]:
    """What the schema of this code consists of: the kit's files, then the service's."""
    own = files(f"inkoop_{schema_of(service)}")
    return (*_read("kit", files("inkoop_kit")), *_read(service, own))


def pending(connection: Connection, migrations: Sequence[Migration]) -> list[Migration]:
    """What was not run yet. Raises MigrationRefused when a file that was run has changed."""
    done = {name: sha256 for name, sha256, _ in _applied(connection)}
    for migration in migrations:
        if done.get(migration.name, migration.sha256) != migration.sha256:
            raise MigrationRefused(f"{migration.name} was run and has changed since: add a new one")
    return [migration for migration in migrations if migration.name not in done]


def migrate(url: str, service: str, migrations: Sequence[Migration]) -> list[str]:
    """Run what is pending, each in a transaction of its own; the names of what was run.

    An advisory lock makes a second migration of this schema wait. Raises MigrationRefused, or
    psycopg.Error with nothing of the failed file left behind.
    """
    with _connect(url, service) as connection:
        connection.execute(
            "select pg_advisory_lock(hashtextextended(%s, 0))", [f"migrate {schema_of(service)}"]
        )
        _prepare(connection, schema_of(service))
        todo = pending(connection, migrations)
        for migration in todo:
            with connection.transaction():
                _run(connection, schema_of(service), migration)
            _log.info("migrated %s", migration.name)
        return [migration.name for migration in todo]


def state(url: str, service: str, migrations: Sequence[Migration]) -> list[tuple[str, str]]:
    """Each migration with when it was run, or `pending`."""
    with _connect(url, service) as connection:
        todo = {migration.name for migration in pending(connection, migrations)}
        when = {name: at.isoformat(timespec="seconds") for name, _, at in _applied(connection)}
    return [(m.name, "pending" if m.name in todo else when[m.name]) for m in migrations]


def _prepare(connection: Connection, schema: str) -> None:
    with connection.transaction():
        connection.execute(
            "create table if not exists migration (name text primary key, sha256 text not null,"
            " applied_at timestamptz not null default now())"
        )
        connection.execute(
            sql.SQL("grant select on migration to {}").format(sql.Identifier(schema))
        )


def _run(connection: Connection, schema: str, migration: Migration) -> None:
    roles = {"service": f'"{schema}"', "reader": f'"{schema}_reader"'}
    text = _PLACEHOLDER.sub(lambda found: roles[found[1]], migration.text)
    connection.execute(text.encode())
    connection.execute(
        "insert into migration (name, sha256) values (%s, %s)", [migration.name, migration.sha256]
    )


def _connect(url: str, service: str) -> Connection:
    options = f"-c search_path={schema_of(service)} -c lock_timeout={_LOCK_TIMEOUT}"
    return psycopg.connect(url, autocommit=True, options=options, connect_timeout=10)


def _applied(connection: Connection) -> list[tuple[str, str, datetime]]:
    there = connection.execute("select to_regclass('migration')").fetchone()
    if there is None or there[0] is None:
        return []
    return connection.execute("select name, sha256, applied_at from migration").fetchall()


def _read(owner: str, package: Traversable) -> list[Migration]:
    folder = package / "migrations"
    if not folder.is_dir():
        return []
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [Migration(f"{owner}/{name}", (folder / name).read_text("utf-8")) for name in names]
