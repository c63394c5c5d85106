import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inkoop_local import processes
from inkoop_local.processes import Running
from inkoop_local.waiting import until

SLEEPER = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); "
    "time.sleep(600)",
)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for process in processes.marked_below(tmp_path):
        process.end(signal.SIGKILL)


def started(directory: Path, argv: tuple[str, ...] = SLEEPER) -> Running:
    log = directory / "log"
    process = processes.spawn(argv, log, f"{directory}/it", dict(os.environ))
    until(lambda: log.read_text() == "up\n", 10, "the process says that it is up")
    return process


def test_a_process_is_alive_until_it_is_ended(directory: Path) -> None:
    process = started(directory)
    assert process.is_alive()
    assert process.end()
    assert not process.is_alive()


def test_a_process_that_ignores_its_end_is_killed(directory: Path) -> None:
    process = started(directory, STUBBORN)
    assert not process.end(seconds=0.2)
    assert not process.is_alive()


def test_another_process_with_the_same_pid_is_not_mistaken_for_it() -> None:
    assert not Running(os.getpid(), "another boot:1").is_alive()


def test_a_dead_child_that_nobody_reaped_is_not_alive() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        process = processes.running(child.pid)
        assert process
        child.kill()
        until(lambda: _is_zombie(child.pid), 10, "the child is a zombie")
        assert processes.running(child.pid) is None


def test_what_was_written_down_is_found_again(directory: Path) -> None:
    process = started(directory)
    processes.remember(directory / "process.json", process)
    assert processes.recall(directory / "process.json", "no such mark") == process


def test_a_process_that_nobody_wrote_down_is_found_by_its_mark(directory: Path) -> None:
    process = started(directory)
    assert processes.recall(directory / "never-written.json", f"{directory}/it") == process


def test_a_stale_record_finds_nothing(directory: Path) -> None:
    process = started(directory)
    processes.remember(directory / "process.json", process)
    process.end(signal.SIGKILL)
    assert processes.recall(directory / "process.json", f"{directory}/it") is None


def test_only_the_root_of_a_tree_of_marked_processes_counts(directory: Path) -> None:
    family = (
        sys.executable,
        "-c",
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], "
        "stdin=subprocess.PIPE); print('up', flush=True); import time; time.sleep(600)",
    )
    process = started(directory, family)
    children = process.children()
    assert len(children) == 1
    assert processes.marked_below(directory) == [process]
    children[0].end(signal.SIGKILL)


def test_a_directory_whose_name_only_begins_alike_is_another(directory: Path) -> None:
    started(directory)
    assert processes.marked_below(directory.with_name(directory.name[:-1])) == []


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
