"""Apache Kafka itself, started from its published jars: one node, its data kept between runs."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from inkoop_local import ports, processes, state
from inkoop_local.class_archive import ClassArchive
from inkoop_local.errors import StackError
from inkoop_local.kafka_format import FormatTemplate
from inkoop_local.kafka_jars import KAFKA_VERSION, kafka_jars
from inkoop_local.kafka_probe import ask_cluster
from inkoop_local.kafka_properties import LOG4J, cluster_id, new_cluster_id, server_properties
from inkoop_local.processes import Running
from inkoop_local.waiting import until

_LEAN = ("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC")
_QUICK_TO_START = ("-XX:TieredStopAtLevel=1",)
_START_SECONDS = 60
_ADOPT_SECONDS = 15
PROXY = "INKOOP_KAFKA_PROXY"
"""Address (host:port) of a proxy of ours; what it passes on goes to `behind_proxy`."""
JIT = "INKOOP_KAFKA_JIT"
"""`full`: compile as a broker in production does, which pays after half a minute under load."""


class KafkaJvm:
    """A broker in `directory`; start, stop and kill may be called in any state, from anywhere."""

    provider = "jvm"
    version = KAFKA_VERSION

    def __init__(self, directory: Path, java: str, environ: Mapping[str, str]) -> None:
        self._directory = directory.resolve()
        self._data = self._directory / "data"
        self._log = self._directory / "kafka.log"
        self._fresh_archive = self._directory / "classes.jsa"
        self._record = self._directory / "process.json"
        self._mark = f"{self._directory}/broker"
        self._java = java
        self._environ = environ
        self._proxy = environ.get(PROXY, "")
        self._listens: dict[str, int] = {}

    @property
    def bootstrap(self) -> str:
        """Its address; the same after every start, unless somebody took the port meanwhile."""
        return self._address("broker")

    @property
    def behind_proxy(self) -> str:
        """Where a proxy finds it: clients that ask there are sent to INKOOP_KAFKA_PROXY."""
        return self._address("proxied")

    @property
    def pid(self) -> int | None:
        """Its process, if it runs."""
        process = processes.recall(self._record, self._mark)
        return process.pid if process else None

    def start(self) -> None:
        """Return when it answers under its own cluster id; a broker that lives is adopted."""
        with state.locked(self._directory / "lock"):
            process = processes.recall(self._record, self._mark)
            if process and self._is_ready(process, _ADOPT_SECONDS):
                return
            if process:
                process.end(signal.SIGKILL)
            self._start_anew()

    def stop(self) -> None:
        """End it cleanly (SIGTERM); nothing of it runs afterwards."""
        with state.locked(self._directory / "lock"):
            process = processes.recall(self._record, self._mark)
            if process and process.end(signal.SIGTERM, seconds=30):
                self._archive().keep(self._fresh_archive)

    def kill(self) -> None:
        """End it as a crash does (kill -9)."""
        if process := processes.recall(self._record, self._mark):
            process.end(signal.SIGKILL)

    def remove(self) -> None:
        """End it and throw its data away."""
        self.kill()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _address(self, listener: str) -> str:
        listens = self._listens or state.read_json(self._directory / "ports.json")
        return f"{ports.LOOPBACK}:{listens.get(listener, 0)}"

    def _start_anew(self) -> None:
        said = ""
        for _ in range(3):
            names = ("broker", "controller", *(("proxied",) if self._proxy else ()))
            self._listens = ports.remembered(self._directory / "ports.json", *names)
            self._prepare()
            process = self._spawn()
            if self._is_ready(process, _START_SECONDS):
                return
            process.end(signal.SIGKILL)
            said = state.last_lines(self._log)
            if "Address already in use" not in said:
                break  # else somebody was quicker than we: once more, with other ports
        raise StackError(f"Kafka does not start; {self._log} ends with\n{said}")

    def _is_ready(self, process: Running, seconds: float) -> bool:
        """Whether it answers: as itself, since on a taken port a foreign broker would answer."""
        wanted = cluster_id(self._data)

        def answer() -> bool | None:
            if not process.is_alive():
                raise StackError("the broker ended")
            cluster = ask_cluster(self.bootstrap)
            return bool(cluster and cluster.id == wanted and cluster.brokers) or None

        try:
            return bool(until(answer, seconds, "Kafka answers"))
        except StackError:
            return False

    def _prepare(self) -> None:
        properties = server_properties(self._data, self._listens, self._proxy)
        state.write_text(self._directory / "server.properties", properties)
        state.write_text(self._directory / "log4j2.properties", LOG4J)
        if self._log.exists():
            self._log.replace(self._log.with_suffix(".log.1"))
        if cluster_id(self._data) is None:
            self._format()

    def _format(self) -> None:
        """Make the data directory; a half-made one has no meta.properties and is made again."""
        template = FormatTemplate.of(self._environ)
        if template.copied_to(self._data):
            return
        tool = ["kafka.tools.StorageTool", "format", "-t", new_cluster_id()]
        argv = [*self._jvm(), *tool, "-c", str(self._directory / "server.properties")]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if cluster_id(self._data) is None:
            raise StackError(f"Kafka could not format {self._data}:\n{done.stdout}{done.stderr}")
        template.keep(self._data)

    def _spawn(self) -> Running:
        archive = self._archive()
        log4j = f"-Dlog4j2.configurationFile={self._directory / 'log4j2.properties'}"
        argv = [
            *self._jvm(archive),
            log4j,
            "kafka.Kafka",
            str(self._directory / "server.properties"),
        ]
        process = processes.spawn(argv, self._log, self._mark, dict(os.environ))
        processes.remember(self._record, process)
        return process

    def _jvm(self, archive: ClassArchive | None = None) -> list[str]:
        # Named one by one and sorted: the class archive checks order and path.
        class_path = os.pathsep.join(map(str, kafka_jars(self._environ)))
        flags = archive.flags(self._fresh_archive) if archive else ()
        compiler = () if self._environ.get(JIT) == "full" else _QUICK_TO_START
        return [
            self._java,
            *_LEAN,
            *compiler,
            *flags,
            "-Djava.awt.headless=true",
            "-cp",
            class_path,
        ]

    def _archive(self) -> ClassArchive:
        return ClassArchive.of(self._java, kafka_jars(self._environ), self._environ)
