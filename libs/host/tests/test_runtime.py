import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

HERE = Path(__file__).parent
Start = Callable[[str], "Running"]


@dataclass
class Running:
    """A process that was started and says what it does."""

    process: "subprocess.Popen[str]"
    lines: list[str]

    def until(self, words: str) -> dict[str, Any]:
        """The first line that says so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if words in line:
                return json.loads(line) if line.startswith("{") else {}
        raise AssertionError(f"it never said {words!r}: {self.lines}")

    def stop(self) -> tuple[int, float, str]:
        """SIGTERM: the exit code, the seconds, and what it still said."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=20)
        return self.process.returncode, time.monotonic() - began, out


@pytest.fixture
def start() -> Generator[Start]:
    started: list[subprocess.Popen[str]] = []

    def make(how: str) -> Running:
        process = subprocess.Popen(
            [sys.executable, "-m", "host_process", how], cwd=HERE, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        started.append(process)
        return Running(process, [])

    yield make
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("how", ["bug", "ends", "typo"])
def test_what_breaks_or_ends_by_itself_ends_the_process(start: Start, how: str) -> None:
    running = start(how)

    failed = running.until("has failed")

    assert failed["level"] == "CRITICAL"
    assert running.process.wait(10) == 1


def test_a_loop_that_idles_ends_at_once_and_well(start: Start) -> None:
    running = start("idle")
    running.until("HTTP is up")

    code, seconds, _ = running.stop()

    assert code == 0
    assert seconds < 2


def test_what_is_in_hand_is_finished(start: Start) -> None:
    running = start("busy")
    running.until("HTTP is up")

    code, _, out = running.stop()

    assert code == 0
    assert "finished what was in hand" in out


def test_a_loop_that_hangs_is_cut_within_five_seconds(start: Start) -> None:
    running = start("hangs")
    running.until("HTTP is up")

    code, seconds, _ = running.stop()

    assert code == 0
    assert 2 < seconds < 5


def test_a_thread_that_hangs_is_shown_and_left_behind(start: Start) -> None:
    running = start("stuck")
    running.until("HTTP is up")

    code, seconds, out = running.stop()

    assert code == 1
    assert seconds < 7
    assert "Timeout" in out
    assert "threading.py" in out


def test_a_process_that_finds_nobody_lives_waits_and_says_so(start: Start) -> None:
    running = start("whole")
    began = time.monotonic()
    port = running.until("HTTP is up")["port"]
    assert time.monotonic() - began < 2 * 5  # ready in two seconds; five times that under load

    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        live, ready, started = (client.get(f"/{path}z") for path in ("live", "ready", "startup"))
        events = client.get("/asyncapi.json")
        tried = client.post("/asyncapi/try", json={})
        status = client.get("/v1/status").json()

    assert (live.status_code, live.content) == (204, b"")
    assert (ready.status_code, started.status_code) == (503, 503)
    assert any("kafka" in reason for reason in started.json()["reasons"])
    assert any("postgresql" in reason for reason in started.json()["reasons"])
    assert events.json()["asyncapi"].startswith("3.")
    assert events.headers["x-content-type-options"] == "nosniff"
    assert tried.status_code == 404
    assert status["reasons"]

    memory = Path(f"/proc/{running.process.pid}/status").read_text().partition("VmRSS:")[2].split()
    assert int(memory[0]) * 1024 < 80_000_000

    running.until("Kafka is not there yet")
    code, seconds, _ = running.stop()
    assert code == 0
    assert seconds < 3


def test_every_line_of_a_process_is_json(start: Start) -> None:
    running = start("whole")
    running.until("HTTP is up")
    _, _, out = running.stop()

    lines = [json.loads(line) for line in (*running.lines, *out.splitlines())]

    assert all({"ts", "level", "logger", "msg", "service"} <= line.keys() for line in lines)
    assert "stopped" in {line["msg"] for line in lines}
