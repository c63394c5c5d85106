"""The command line of a service: run it, migrate its tables, or say how they are."""

import argparse
import asyncio
import gc
import logging
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from inkoop_host import logs
from inkoop_host.migrate import migrate, migrations_of, state
from inkoop_host.process import Process, version_of
from inkoop_host.service import Service
from inkoop_host.settings import MigrationSettings, Settings, SettingsInvalid, load

S = TypeVar("S", bound=Settings)

OK, FAILED, MISUSED, BEHIND = 0, 1, 2, 3
"""Exit codes: done · failed, the log says why · settings are not valid · migrations are pending."""

_OBJECTS = 200_000
"""So many more alive than before, the garbage collector looks at them: more than in a batch."""

log = logging.getLogger(__name__)


def command_line(
    name: str,
    settings: type[S],
    build: Callable[[S], Service],
    arguments: Sequence[str] | None = None,
) -> int:
    """Carry out `inkoop-<service> run|migrate|schema`; the exit code."""
    parser = argparse.ArgumentParser(f"inkoop-{name}")
    parser.add_argument("what", choices=("run", "migrate", "schema"))
    what = parser.parse_args(arguments).what
    try:
        if what == "run":
            return _run(name, build, load(settings))
        logs.configure(name, "-", version_of(name))
        url = load(MigrationSettings).owner_database
        return _migrate(name, url) if what == "migrate" else _schema(name, url)
    except SettingsInvalid as invalid:
        sys.stderr.write(f"inkoop-{name}: {invalid}\n")
        return MISUSED
    except Exception as error:
        log.critical("%s failed", what, exc_info=error)
        return FAILED


def spare_collector() -> None:
    """Let the garbage collector look at what was imported never, at the rest seldom.

    A batch makes and drops some hundred objects a message, none of them in cycles: looking through
    them took a third of the CPU.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS)


def _run(name: str, build: Callable[[S], Service], settings: S) -> int:
    logs.configure(name, settings.replica, version_of(name), level=settings.log_level)

    spare_collector()

    async def serve() -> int:
        return await Process(build(settings)).serve()

    try:
        return asyncio.run(serve())
    except SystemExit:  # uvicorn cannot have the address, and has said so
        return FAILED


def _migrate(name: str, url: str) -> int:
    done = migrate(url, name, migrations_of(name))
    log.info("the schema is up to date", extra={"migrated": done})
    return OK


def _schema(name: str, url: str) -> int:
    rows = state(url, name, migrations_of(name))
    sys.stdout.writelines(f"{when:<26} {migration}\n" for migration, when in rows)
    return BEHIND if any(when == "pending" for _, when in rows) else OK
