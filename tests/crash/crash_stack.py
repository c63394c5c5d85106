"""A stack that can be broken: services behind proxies, each start of one with dice of its own."""

import itertools
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crash_clock import Clocks
from crash_disk import Disk
from crash_proxy import Proxy
from crash_recovery import waits_for

from inkoop_local import ports
from inkoop_local.service_process import Program, ServiceProcess, ask_ready, console_script
from inkoop_local.stack import SERVICES, Stack

FOREIGN = ("INKOOP_KAFKA", "INKOOP_DATABASE_ADMIN")
"""Servers of somebody else's are no place for this."""


class BreakableStack(Stack):
    """A local stack whose services reach Kafka and PostgreSQL through `kafka_proxy`, `sql_proxy`.

    `extra` is read at every start of a service, `own` at that of the replica of this name, for
    failpoints; `clocks` too, where there are any. Every start gets another seed.
    """

    def __init__(self, directory: Path, seed: int, program: Program = console_script) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        chosen = ports.remembered(directory / "proxies.json", "kafka", "sql")
        environ = {key: value for key, value in os.environ.items() if key not in FOREIGN}
        environ["INKOOP_KAFKA_PROXY"] = f"{ports.LOOPBACK}:{chosen['kafka']}"
        super().__init__(directory, environ, SERVICES, program)
        self.extra: dict[str, str] = {}
        self.own: dict[str, dict[str, str]] = {}
        self.clocks: Clocks | None = None
        self.replicas = 2
        self._seeds = itertools.count(seed * 10_000)
        self._settling = threading.Lock()
        self.kafka_proxy = Proxy(chosen["kafka"], self._broker)
        self.sql_proxy = Proxy(chosen["sql"], self._server)

    def open(self, disk: Disk | None = None) -> None:
        """Everything anew, up and ready; PostgreSQL on this disk."""
        self.clean()
        self.directory.mkdir(parents=True, exist_ok=True)
        if disk is not None:
            disk.mount()
        self.kafka_proxy.start()
        self.sql_proxy.start()
        self.up(replicas=self.replicas)

    def close(self) -> None:
        """Nothing is left, data neither."""
        self.clean()
        self.kafka_proxy.stop()
        self.sql_proxy.stop()

    def urls(self, service: str) -> list[str]:
        """Where the replicas of a service listen, running or not."""
        return [self.service(service, number).url for number in range(self.replicas)]

    def all_replicas(self) -> list[ServiceProcess]:
        """Every replica, running or not."""
        return [self.service(name, number) for name in SERVICES for number in range(self.replicas)]

    def begin(self, process: ServiceProcess) -> None:
        """Start a replica (again), without waiting for it."""
        clock = self.clocks.settings(process) if self.clocks is not None else {}
        with self._settling:
            own = self.own.get(process.name, {})
            process.start({**self._settings(process.service), **own, **clock})

    def restart(
        self, blame: Callable[[ServiceProcess, str], None], replicas: Sequence[ServiceProcess]
    ) -> None:
        """End these as a deployment does, one after the other; the keeper starts them again."""
        for process in replicas:
            blame(process, "stopped")
            process.stop()
        self.wait_ready(90)

    def wait_ready(
        self,
        seconds: float = 60.0,
        waits: dict[str, float] | None = None,
        without: Callable[[], Container[str]] = tuple,
    ) -> None:
        """Wait until every replica is ready; `waits` is added to, by what was waited for."""
        began, never = time.monotonic(), threading.Event()
        asked = began
        while reasons := self.reasons(without):
            now = time.monotonic()
            assert now - began < seconds, f"not ready: {reasons}"
            if waits is not None:
                what = waits_for(next(iter(reasons.values())))
                waits[what] = waits.get(what, 0.0) + now - asked
            asked = now
            never.wait(0.1)

    def reasons(self, without: Callable[[], Container[str]] = tuple) -> Mapping[str, str]:
        """What each replica that is not ready says, `without` those that died themselves."""
        replicas = self.all_replicas()
        with ThreadPoolExecutor(len(replicas)) as threads:
            answers = list(threads.map(ask_ready, [process.url for process in replicas]))
        asked, away = zip(replicas, answers, strict=True), without()
        return {one.name: why for one, (ready, why) in asked if not ready and one.name not in away}

    def logs(self) -> Sequence[Path]:
        """The logs of all services."""
        return sorted((self.directory / "log").glob("*.log"))

    def keep_logs(self) -> None:
        """Leave the logs beside the directory, for whoever asks why."""
        kept = self.directory.with_name(self.directory.name + "-log")
        shutil.rmtree(kept, ignore_errors=True)
        if (said := self.directory / "log").exists():
            shutil.copytree(said, kept)

    def _settings(self, service: str) -> dict[str, str]:
        settings = super()._settings(service)
        url = settings["INKOOP_DATABASE"]
        port = url.rpartition(":")[2].partition("/")[0]
        return {
            **settings,
            "INKOOP_DATABASE": url.replace(f":{port}/", f":{self.sql_proxy.port}/"),
            "INKOOP_KAFKA": self.kafka_proxy.address,
            "INKOOP_FAILPOINT_SEED": str(next(self._seeds)),
            **self.extra,
        }

    def _broker(self) -> str:
        listens = json.loads((self.directory / "kafka" / "ports.json").read_text())
        return f"{ports.LOOPBACK}:{listens['proxied']}"

    def _server(self) -> str:
        listens = json.loads((self.directory / "postgres" / "ports.json").read_text())
        return f"{ports.LOOPBACK}:{listens['server']}"
