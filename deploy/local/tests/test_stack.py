"""The whole stack with stand-ins for the services: started, crashed, stopped."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import psycopg
import pytest

from inkoop_local import processes
from inkoop_local.errors import StackError
from inkoop_local.service_process import ask_ready
from inkoop_local.stack import Stack
from inkoop_local.state import read_json
from inkoop_local.status import status
from inkoop_local.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

ENVIRON = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}


def stand_in(service: str) -> Sequence[str]:
    del service
    return (sys.executable, str(Path(__file__).with_name("stand_in.py")))


def stack_in(directory: Path, **environ: str) -> Stack:
    return Stack(directory, {**ENVIRON, **environ}, program=stand_in)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("stack")
    yield directory
    stack_in(directory).clean()
    assert processes.marked_below(directory) == []


@pytest.fixture
def stack(directory: Path) -> Stack:
    stack = stack_in(directory)
    stack.up()
    return stack


def test_all_parts_are_ready_after_up(stack: Stack) -> None:
    parts = status(stack.file)
    assert [part.name for part in parts] == [
        "kafka",
        "postgres",
        "ordering-0",
        "invoicing-0",
        "matching-0",
    ]
    assert all(part.is_ready for part in parts)


def test_the_file_says_where_the_services_are(stack: Stack) -> None:
    for entry in read_json(stack.file)["services"].values():
        for url in entry["urls"]:
            assert httpx.get(f"{url}/readyz").status_code == 204


def test_up_again_keeps_what_runs(stack: Stack) -> None:
    pids = [part.pid for part in status(stack.file)]
    stack.up()
    assert [part.pid for part in status(stack.file)] == pids


def test_replicas_come_and_go(stack: Stack) -> None:
    stack.up(replicas=2)
    assert len(status(stack.file)) == 8
    second = stack.service("matching", 1)
    assert second.url != stack.service("matching").url
    stack.up(replicas=1)
    assert len(status(stack.file)) == 5
    assert second.pid is None


def test_a_killed_service_is_seen_and_returns_on_its_address(stack: Stack) -> None:
    process = stack.service("matching")
    address = process.url
    process.kill()
    assert [part.name for part in status(stack.file) if not part.is_ready] == ["matching-0"]
    assert stack.start_service("matching").url == address
    assert all(part.is_ready for part in status(stack.file))


def test_a_service_with_other_settings_is_started_anew(stack: Stack, directory: Path) -> None:
    before = stack.service("matching").pid
    stack_in(directory, INKOOP_LOG_LEVEL="DEBUG").up()
    assert stack.service("matching").pid != before


def test_a_service_may_not_change_its_tables_but_its_owner_may(stack: Stack) -> None:
    stack.up()
    url = read_json(stack.file)["services"]["matching"]["database"]
    with psycopg.connect(url) as connection:
        connection.execute("show search_path")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table mine (n int)")


def test_only_the_infrastructure_is_enough_for_some(stack: Stack) -> None:
    stack.up(only_infrastructure=True)
    assert [part.name for part in status(stack.file)] == ["kafka", "postgres"]


def test_down_leaves_nothing_running_and_up_finds_the_data(stack: Stack, directory: Path) -> None:
    stack.down()
    assert processes.marked_below(directory) == []
    assert status(stack.file) == ()
    stack.up()
    assert all(part.is_ready for part in status(stack.file))


def test_a_migration_that_fails_is_shown(stack: Stack, directory: Path) -> None:
    del stack
    with pytest.raises(StackError, match="this schema cannot be"):
        stack_in(directory, STAND_IN_BROKEN="1").up()


def test_a_service_that_is_not_ready_says_why(stack: Stack, directory: Path) -> None:
    reason = "Kafka is away"
    process = stack_in(directory).service("ordering", 7)
    process.start({**ENVIRON, **_database(stack), "STAND_IN_NOT_READY": reason})
    until(lambda: ask_ready(process.url) == (False, reason), 30, "it listens")
    with pytest.raises(StackError, match=f"not ready after 0 s: {reason}"):
        process.wait_ready(0)
    process.stop()


def test_a_service_that_ends_is_shown_with_the_end_of_its_log(directory: Path) -> None:
    process = stack_in(directory).service("ordering", 8)
    process.start({**ENVIRON, "INKOOP_DATABASE": "postgresql://nobody@127.0.0.1:9/none"})
    with pytest.raises(StackError, match=r"(?s)ordering-8 ended.*OperationalError"):
        process.wait_ready()


def test_a_service_that_we_do_not_have_is_refused(directory: Path) -> None:
    with pytest.raises(StackError, match="there are ordering, invoicing, matching"):
        stack_in(directory).service("catering")


def _database(stack: Stack) -> dict[str, str]:
    return {"INKOOP_DATABASE": read_json(stack.file)["services"]["ordering"]["database"]}
