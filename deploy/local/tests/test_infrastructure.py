"""Real starts: what happens to the data, and what a crash leaves behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from inkoop_local import processes
from inkoop_local.infrastructure import Infrastructure
from inkoop_local.kafka import Broker
from inkoop_local.kafka_probe import ask_cluster
from inkoop_local.topics import TopicDeclaration, ensure_topics
from inkoop_local.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

TOPIC = TopicDeclaration("it", "nobody", "none", 1, {"retention.ms": "-1"})
STARTER = (
    "import sys; from pathlib import Path; from inkoop_local.infrastructure import Infrastructure; "
    "Infrastructure.start(Path(sys.argv[1]), durable=False)"
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Infrastructure]:
    with Infrastructure.start(tmp_path_factory.mktemp("stack"), durable=False) as started:
        yield started


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for process in processes.marked_below(tmp_path):
        process.end(signal.SIGKILL)


def test_a_killed_broker_returns_on_its_address_with_what_was_sent(stack: Infrastructure) -> None:
    ensure_topics(stack.kafka.bootstrap, (TOPIC,))
    address = stack.kafka.bootstrap
    asyncio.run(send(address, b"before the crash"))
    stack.kafka.kill()
    assert stack.kafka.pid is None
    assert ask_cluster(address) is None
    stack.kafka.start()
    assert stack.kafka.bootstrap == address
    asyncio.run(send(address, b"after it"))
    assert asyncio.run(receive(address, 2)) == [b"before the crash", b"after it"]


def test_a_killed_database_returns_on_its_address_with_what_was_committed(
    stack: Infrastructure,
) -> None:
    url = stack.postgres.admin_url
    with psycopg.connect(url) as connection:
        connection.execute("create table kept as select 1 as n")
    stack.postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    stack.postgres.start()
    assert stack.postgres.admin_url == url
    assert asked(url, "select n from kept") == 1


def test_a_second_start_takes_over_what_runs(stack: Infrastructure) -> None:
    pids = (stack.kafka.pid, stack.postgres.pid)
    stack.ensure_started()
    assert (stack.kafka.pid, stack.postgres.pid) == pids


def test_a_clean_stop_leaves_nothing_and_a_start_finds_the_data(stack: Infrastructure) -> None:
    ensure_topics(stack.kafka.bootstrap, (TOPIC,))
    stack.stop()
    assert (stack.kafka.pid, stack.postgres.pid) == (None, None)
    stack.ensure_started()
    assert ensure_topics(stack.kafka.bootstrap, (TOPIC,)) == ()


def test_two_stacks_live_side_by_side(stack: Infrastructure, directory: Path) -> None:
    with Infrastructure.start(directory, durable=True) as other:
        assert other.kafka.bootstrap != stack.kafka.bootstrap
        assert asked(stack.postgres.admin_url, "show fsync") == "off", "tests do not wait for it"
        assert asked(other.postgres.admin_url, "show fsync") == "on"
        ensure_topics(other.kafka.bootstrap, (TOPIC,))
        first, second = ask_cluster(stack.kafka.bootstrap), ask_cluster(other.kafka.bootstrap)
        assert first
        assert second
        assert first.id != second.id
        here = asked(other.postgres.admin_url, "show data_directory")
        assert here == str(directory / "postgres/data")
    assert processes.marked_below(directory) == []
    assert stack.kafka.pid
    assert stack.postgres.pid


def test_a_port_that_a_foreign_broker_took_is_given_up(
    stack: Infrastructure, directory: Path
) -> None:
    with Infrastructure.start(directory, durable=False) as other:
        cluster = ask_cluster(other.kafka.bootstrap)
        other.stop()
        for part, name in (("kafka", "broker"), ("postgres", "server")):
            file = directory / part / "ports.json"
            taken = {"broker": stack.kafka.bootstrap, "server": stack.postgres.admin_url}[name]
            port = int(taken.rpartition(":")[2].partition("/")[0])
            file.write_text(json.dumps({**json.loads(file.read_text()), name: port}))
        other.ensure_started()
        assert other.kafka.bootstrap != stack.kafka.bootstrap
        assert ask_cluster(other.kafka.bootstrap) == cluster
        here = asked(other.postgres.admin_url, "show data_directory")
        assert here == str(directory / "postgres/data")


def test_stale_and_lost_pid_files_do_not_block_a_start(directory: Path) -> None:
    with Infrastructure.start(directory, durable=False) as it:
        pids = (it.kafka.pid, it.postgres.pid)
        for part in ("kafka", "postgres"):
            (directory / part / "process.json").unlink()
        it.ensure_started()
        assert (it.kafka.pid, it.postgres.pid) == pids, "found by their marks"
        it.kafka.kill()
        it.postgres.kill()
        for part in ("kafka", "postgres"):  # somebody else has the pid now
            record = directory / part / "process.json"
            record.write_text(json.dumps({"pid": os.getpid(), "began": "long ago"}))
        (directory / "postgres/data/postmaster.pid").write_text(f"{os.getpid()}\n")
        it.ensure_started()
        assert it.kafka.pid not in (None, os.getpid())
        assert it.postgres.pid not in (None, os.getpid())


@pytest.mark.parametrize("moment", ["kafka/server.properties", "kafka/process.json"])
def test_a_starter_that_is_killed_midway_blocks_nobody(directory: Path, moment: str) -> None:
    argv = [sys.executable, "-c", STARTER, str(directory)]
    with subprocess.Popen(argv) as starter:
        until((directory / moment).exists, 30, moment, pause=0.001)
        starter.kill()
    with Infrastructure.start(directory, durable=False) as it:
        assert ask_cluster(it.kafka.bootstrap)
        assert asked(it.postgres.admin_url, "select 1") == 1
    assert processes.marked_below(directory) == []


def test_a_half_made_data_directory_is_made_again(directory: Path) -> None:
    (directory / "kafka/data").mkdir(parents=True)
    (directory / "kafka/data/bootstrap.checkpoint").write_bytes(b"half")
    (directory / "postgres/data.new/base").mkdir(parents=True)
    with Infrastructure.start(directory, durable=False) as it:
        assert ask_cluster(it.kafka.bootstrap)


def test_three_starters_at_once_get_one_stack_and_the_last_one_stops_it(directory: Path) -> None:
    def start() -> Infrastructure:
        return Infrastructure.start(directory, durable=False, fresh=True)

    with ThreadPoolExecutor(3) as threads:
        first, second, third = (f.result() for f in [threads.submit(start) for _ in range(3)])
    pids = {(it.kafka.pid, it.postgres.pid) for it in (first, second, third)}
    assert len(pids) == 1
    with first, second:
        pass
    assert third.kafka.pid
    with third:
        pass
    assert processes.marked_below(directory) == []


def test_a_fresh_start_is_without_the_data_of_before(directory: Path) -> None:
    with Infrastructure.start(directory, durable=False) as it:
        ensure_topics(it.kafka.bootstrap, (TOPIC,))
    with Infrastructure.start(directory, durable=False) as it:
        assert ensure_topics(it.kafka.bootstrap, (TOPIC,)) == ()
    with Infrastructure.start(directory, durable=False, fresh=True) as it:
        assert ensure_topics(it.kafka.bootstrap, (TOPIC,)) == ("it",)


def test_a_broker_and_a_database_of_somebody_else_are_used_and_left_alone(
    stack: Infrastructure, directory: Path
) -> None:
    environ = {
        "INKOOP_KAFKA": stack.kafka.bootstrap,
        "INKOOP_DATABASE_ADMIN": stack.postgres.admin_url,
    }
    with Infrastructure.start(directory, environ) as it:
        assert (it.kafka.provider, it.postgres.provider) == ("url", "url")
        assert it.postgres.version == stack.postgres.version
    assert stack.kafka.pid
    assert stack.postgres.pid


def test_a_frozen_broker_is_replaced(directory: Path) -> None:
    with Infrastructure.start(directory, durable=False) as it:
        frozen = pid_of(it.kafka)
        os.kill(frozen, signal.SIGSTOP)
        it.kafka.start()
        assert pid_of(it.kafka) != frozen


async def send(bootstrap: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.send_and_wait(TOPIC.name, value)


async def receive(bootstrap: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(
        TOPIC.name, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    async with consumer:
        return [(await consumer.getone()).value for _ in range(count)]


def asked(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row
    return row[0]


def pid_of(broker: Broker) -> int:
    assert broker.pid
    return broker.pid
