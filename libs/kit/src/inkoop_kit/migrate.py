"""Migrations: plain SQL files of the kit and of the service, run once each by the owner's role."""

import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import psycopg
from psycopg import sql

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


def pending(
    connection: psycopg.Connection[tuple[object, ...]], migrations: Sequence[Migration]
) -> list[Migration]:
    """What was not run yet. Raises MigrationRefused when a file that was run has changed."""
    done = _applied(connection)
    for migration in migrations:
        if done.get(migration.name, migration.sha256) != migration.sha256:
            raise MigrationRefused(f"{migration.name} was run and has changed since: add a new one")
    return [migration for migration in migrations if migration.name not in done]


def migrate(url: str, service: str, migrations: Sequence[Migration]) -> list[str]:
    """Run what is pending, each in a transaction of its own; the names of what was run.

    An advisory lock makes a second migration of this schema wait. Raises MigrationRefused, or
    psycopg.Error with nothing of the failed file left behind.
    """
    schema = schema_of(service)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "select pg_advisory_lock(hashtextextended(%s, 0))", [f"inkoop migrate {schema}"]
        )
        connection.execute(sql.SQL("set search_path to {}").format(sql.Identifier(schema)))
        connection.execute(sql.SQL("set lock_timeout to {}").format(_LOCK_TIMEOUT))
        _prepare(connection, schema)
        todo = pending(connection, migrations)
        for migration in todo:
            with connection.transaction():
                _run(connection, schema, migration)
            _log.info("migrated %s", migration.name)
        return [migration.name for migration in todo]


def _prepare(connection: psycopg.Connection[tuple[object, ...]], schema: str) -> None:
    with connection.transaction():
        connection.execute(
            "create table if not exists migration (name text primary key, sha256 text not null,"
            " applied_at timestamptz not null default now())"
        )
        connection.execute(
            sql.SQL("grant select on migration to {}").format(sql.Identifier(schema))
        )


def _run(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, migration: Migration
) -> None:
    roles = {"service": f'"{schema}"', "reader": f'"{schema}_reader"'}
    text = _PLACEHOLDER.sub(lambda found: roles[found[1]], migration.text)
    connection.execute(text.encode())
    connection.execute(
        "insert into migration (name, sha256) values (%s, %s)", [migration.name, migration.sha256]
    )


def _applied(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, str]:
    with connection.transaction():
        there = connection.execute("select to_regclass('migration')").fetchone()
        if there is None or there[0] is None:
            return {}
        return {str(n): str(h) for n, h in connection.execute("select name, sha256 from migration")}


def _read(owner: str, package: Traversable) -> list[Migration]:
    folder = package / "migrations"
    if not folder.is_dir():
        return []
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [Migration(f"{owner}/{name}", (folder / name).read_text("utf-8")) for name in names]
