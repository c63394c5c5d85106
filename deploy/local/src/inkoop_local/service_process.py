"""One replica of a service as a process: started, waited for, stopped, killed."""

import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import httpx

from inkoop_local import ports, processes, state
from inkoop_local.errors import StackError
from inkoop_local.waiting import until

Program: TypeAlias = Callable[[str], Sequence[str]]
"""The words that start a service, before `run` or `migrate`."""

READY_SECONDS = 60
_STOP_SECONDS = 15  # the kit stops within 5


def console_script(service: str) -> Sequence[str]:
    """`inkoop-<service>` of the Python that we run in. Raises StackError when it is not there."""
    script = Path(sys.executable).parent / f"inkoop-{service}"
    if not script.exists():
        raise StackError(f"inkoop-{service} is not installed", "make install")
    return (str(script),)


class ServiceProcess:
    """Replica `number` of a service in the stack at `directory`."""

    def __init__(
        self, directory: Path, service: str, number: int, program: Program = console_script
    ) -> None:
        self.service = service
        self.number = number
        self.name = f"{service}-{number}"
        self.log = directory / "log" / f"{self.name}.log"
        self._room = directory / "services" / self.name
        self._record = self._room / "process.json"
        self._mark = str(self._room)
        self._program = program

    @property
    def url(self) -> str:
        """Where its HTTP edge listens; the same after every start."""
        port = state.read_json(self._room / "ports.json").get("http", 0)
        return f"http://{ports.LOOPBACK}:{port}"

    @property
    def pid(self) -> int | None:
        """Its process, if it runs."""
        process = processes.recall(self._record, self._mark)
        return process.pid if process else None

    def start(self, settings: Mapping[str, str]) -> None:
        """Start it with this environment; one that runs with the same is left as it is.

        Does not wait: `wait_ready` does. What it is told besides `settings`: port and replica.
        """
        digest = hashlib.sha256(json.dumps(sorted(settings.items())).encode()).hexdigest()
        process = processes.recall(self._record, self._mark)
        if process and state.read_json(self._room / "settings.json").get("sha256") == digest:
            return
        if process:
            process.end(signal.SIGTERM, _STOP_SECONDS)
        state.write_json(self._room / "settings.json", {"sha256": digest})
        self._spawn(settings)

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Return when /readyz says so. Raises StackError: its reasons, or its log's end."""
        reasons = ["it does not listen"]

        def ready() -> bool | None:
            if self.pid is None:
                raise StackError(f"{self.name} ended; its log ends with\n{self._said()}")
            answer, reasons[0] = ask_ready(self.url)
            return answer or None

        try:
            until(ready, seconds, self.name, pause=0.05)
        except StackError as late:
            if self.pid is None:
                raise
            said = f"{self.name} is not ready after {seconds:.0f} s: {reasons[0]}"
            raise StackError(said, f"make logs S={self.service}") from late

    def stop(self) -> None:
        """End it as a deployment does (SIGTERM)."""
        if process := processes.recall(self._record, self._mark):
            process.end(signal.SIGTERM, _STOP_SECONDS)

    def kill(self) -> None:
        """End it as a crash does (kill -9)."""
        if process := processes.recall(self._record, self._mark):
            process.end(signal.SIGKILL)

    def _spawn(self, settings: Mapping[str, str]) -> None:
        own = {
            "INKOOP_HTTP_HOST": ports.LOOPBACK,
            "INKOOP_HTTP_PORT": str(ports.remembered(self._room / "ports.json", "http")["http"]),
            "INKOOP_REPLICA": str(self.number),
        }
        argv = [*self._program(self.service), "run"]
        process = processes.spawn(argv, self.log, self._mark, {**settings, **own})
        processes.remember(self._record, process)

    def _said(self) -> str:
        return state.last_lines(self.log)


def migrate(
    service: str, settings: Mapping[str, str], log: Path, program: Program = console_script
) -> None:
    """Bring the schema of a service up to its code. Raises StackError with what it said."""
    argv = [*program(service), "migrate"]
    done = subprocess.run(argv, env=dict(settings), capture_output=True, text=True, check=False)
    state.write_text(log, done.stdout + done.stderr)
    if done.returncode != 0:
        raise StackError(
            f"the migration of {service} failed:\n{state.last_lines(log)}",
            "mend it; if the local data may go: make clean",
        )


def ask_ready(url: str) -> tuple[bool, str]:
    """Whether a service is ready, and what it says if not."""
    try:
        answer = httpx.get(f"{url}/readyz", timeout=3, trust_env=False)
    except httpx.HTTPError as silence:
        return False, f"no answer ({type(silence).__name__})"
    return answer.is_success, " ".join(answer.text.split())[:300]
