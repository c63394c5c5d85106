"""The whole local stack: Kafka, PostgreSQL, topics, schemas and the services as processes.

    stack = Stack()                          # of this checkout, in .local/
    stack.up(replicas=2)
    stack.service("matching", 1).kill()      # a crash
    stack.start_service("matching", 1)       # and its return
    stack.infrastructure.kafka.kill()
    stack.down()

`.local/stack.json` says where everything is; it is written whole after each step of `up`.
"""

import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from inkoop_local import processes, state
from inkoop_local.checkout import stack_directory
from inkoop_local.database import ServiceDatabase, prepare_database
from inkoop_local.errors import StackError
from inkoop_local.infrastructure import Infrastructure
from inkoop_local.service_process import Program, ServiceProcess, console_script, migrate
from inkoop_local.topics import ensure_topics

SERVICES = ("ordering", "invoicing", "matching")
DATABASE = "inkoop"
OPERATOR = "00000099000000001000"
"""The OIN that the local installation has for its operator: of the register for tests."""

_log = logging.getLogger(__name__)


class Stack:
    """The stack in `directory`; every method may be called in any state of it, from anywhere."""

    def __init__(
        self,
        directory: Path | None = None,
        environ: Mapping[str, str] = os.environ,
        services: tuple[str, ...] = SERVICES,
        program: Program = console_script,
    ) -> None:
        self.directory = (directory or stack_directory(environ)).resolve()
        self.file = self.directory / "stack.json"
        self._environ = environ
        self._services = services
        self._program = program
        self._infrastructure: Infrastructure | None = None
        self._databases: dict[str, ServiceDatabase] = {}

    @property
    def infrastructure(self) -> Infrastructure:
        """Broker and database server. Raises StackError where none can be had."""
        if self._infrastructure is None:
            self._infrastructure = Infrastructure.choose(self.directory, self._environ)
        return self._infrastructure

    def service(self, service: str, replica: int = 0) -> ServiceProcess:
        """One replica, running or not. Raises StackError for a service that we do not have."""
        if service not in self._services:
            known = ", ".join(self._services)
            raise StackError(f"there is no service {service}; there are {known}")
        return ServiceProcess(self.directory, service, replica, self._program)

    def up(self, *, replicas: int = 1, only_infrastructure: bool = False) -> None:
        """Start what does not run and wait until all of it is ready. Raises StackError.

        What runs already is kept, unless its settings would be others; replicas beyond the wanted
        number are stopped.
        """
        with state.locked(self.directory / "lock"):
            began = time.monotonic()
            self.infrastructure.ensure_started()
            _log.info("%s: ready after %.1f s", self.infrastructure, time.monotonic() - began)
            self._prepare()
            wanted = [
                self.service(service, replica)
                for service in (() if only_infrastructure else self._services)
                for replica in range(replicas)
            ]
            self._write([])
            self._stop_others({process.name for process in wanted})
            if wanted:
                self._start_services(wanted)
                self._write(wanted)
                _log.info("all services ready after %.1f s", time.monotonic() - began)

    def start_service(self, service: str, replica: int = 0) -> ServiceProcess:
        """Start one replica (again) and wait until it is ready; the stack is up already."""
        process = self.service(service, replica)
        process.start(self._settings(service))
        process.wait_ready()
        return process

    def down(self) -> None:
        """Stop all of it, data kept; nothing of this stack runs afterwards."""
        with state.locked(self.directory / "lock"):
            self._stop_others(set())
            self._stop_infrastructure()
            for room in ("kafka", "postgres", "services"):
                for process in processes.marked_below(self.directory / room):
                    process.end()
            self.file.unlink(missing_ok=True)

    def clean(self) -> None:
        """Stop all of it, test stacks below it too, and throw its data away."""
        self.down()
        if (self.directory / "kafka").exists():
            self.infrastructure.remove()
        for process in processes.marked_below(self.directory):
            process.end()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _prepare(self) -> None:
        if created := ensure_topics(self.infrastructure.kafka.bootstrap):
            _log.info("topics created: %s", ", ".join(created))
        self._databases = prepare_database(self.infrastructure.postgres, DATABASE, self._services)

    def _start_services(self, wanted: list[ServiceProcess]) -> None:
        services = sorted({process.service for process in wanted})
        _in_parallel(self._migrate, services)
        for process in wanted:
            process.start(self._settings(process.service))
        _in_parallel(ServiceProcess.wait_ready, wanted)

    def _migrate(self, service: str) -> None:
        log = self.directory / "log" / f"{service}-migrate.log"
        migrate(service, self._settings(service), log, self._program)

    def _settings(self, service: str) -> dict[str, str]:
        """The environment of a service, all of it."""
        database = self._database_of(service)
        inherited = {k: v for k, v in self._environ.items() if k != "INKOOP_DATABASE_ADMIN"}
        return {
            **inherited,
            "INKOOP_OPERATOR": self._environ.get("INKOOP_OPERATOR", OPERATOR),
            "INKOOP_KAFKA": self.infrastructure.kafka.bootstrap,
            "INKOOP_DATABASE": database.url,
            "INKOOP_OWNER_DATABASE": database.owner_url,
        }

    def _database_of(self, service: str) -> ServiceDatabase:
        if service not in self._databases:
            server = self.infrastructure.postgres
            self._databases = prepare_database(server, DATABASE, self._services)
        return self._databases[service]

    def _stop_others(self, kept: set[str]) -> None:
        rooms = (self.directory / "services").glob("*-*")
        names = (room.name.rpartition("-") for room in rooms if room.name not in kept)
        running = [
            ServiceProcess(self.directory, service, int(number), self._program)
            for service, _, number in names
        ]
        _in_parallel(ServiceProcess.stop, running)

    def _stop_infrastructure(self) -> None:
        if not (self.directory / "kafka").exists():
            return
        try:
            self.infrastructure.stop()
        except StackError as gone:  # say a provider that is not there any more
            _log.warning("%s", gone.what)

    def _write(self, running: list[ServiceProcess]) -> None:
        services: dict[str, Any] = {}
        for process in running:
            entry = services.setdefault(process.service, {"urls": [], "replicas": []})
            entry["urls"].append(process.url)
            entry["replicas"].append(
                {
                    "name": process.name,
                    "url": process.url,
                    "pid": process.pid,
                    "log": str(process.log),
                }
            )
            entry["database"] = self._databases[process.service].url
        state.write_json(self.file, {**self.infrastructure.described(), "services": services})


def _in_parallel(act: Callable[[Any], None], subjects: Iterable[Any]) -> None:
    """Do it to all at once; the first error is raised after all have ended."""
    subjects = list(subjects)
    if not subjects:
        return
    with ThreadPoolExecutor(len(subjects)) as threads:
        futures = [threads.submit(act, subject) for subject in subjects]
    for future in futures:
        future.result()
