"""The wait for PostgreSQL at a start, and the refusal of a schema that is older than the code."""

import asyncio
import logging
import time

import psycopg

from inkoop_host.health import Health
from inkoop_host.migrate import migrations_of, pending
from inkoop_host.runtime import LONGEST, SHORTEST
from inkoop_kit.postgres import Database

log = logging.getLogger(__name__)


class SchemaOlder(Exception):  # noqa: N818 — says what is so, and the process ends
    """The tables are not those of this code: `inkoop-<service> migrate` has not run."""


async def wait_for_schema(
    database: Database, service: str, health: Health, patience: float
) -> None:
    """Wait for PostgreSQL however long it takes, and for a migration at most `patience` seconds.

    Raises SchemaOlder, or MigrationRefused for tables that were made by other files.
    """
    delay, since = SHORTEST, None
    while True:
        try:
            missing = await asyncio.to_thread(_missing, database, service)
        except psycopg.OperationalError as error:
            _say(health, "postgresql", "PostgreSQL is not there yet", type(error).__name__)
        else:
            health.reached("postgresql")
            if not missing:
                health.reached("schema")
                return
            since = since or time.monotonic()
            if time.monotonic() - since >= patience:
                raise SchemaOlder(f"run `inkoop-{service} migrate`: {', '.join(missing)}")
            _say(health, "schema", "the schema is older than this code", ", ".join(missing))
        await asyncio.sleep(delay)
        delay = min(2 * delay, LONGEST)


def answers(database: Database) -> bool:
    """Whether PostgreSQL answers now; blocks for seconds when it does not."""
    # Twice: after a restart of PostgreSQL the connection is of the server that was.
    return _answers(database) or _answers(database)


def _answers(database: Database) -> bool:
    try:
        database.connection.execute("select 1")
    except psycopg.Error:
        return False
    return True


def _missing(database: Database, service: str) -> list[str]:
    todo = pending(database.connection, migrations_of(service))
    return [migration.name for migration in todo]


def _say(health: Health, what: str, words: str, detail: str) -> None:
    health.lacks(what, words)
    log.warning(words, extra={"detail": detail})
