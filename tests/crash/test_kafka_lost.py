"""Kafka is gone with all it held: it is told everything again, and nobody decides twice."""

import shutil
from pathlib import Path

import pytest
from crash_checks import check, final_decisions
from crash_evidence import SERVICES, Evidence, gather
from crash_load import Load
from crash_restore import run_script
from crash_run import wait_until_quiet
from crash_stack import BreakableStack

from inkoop_local.stack import DATABASE
from inkoop_local.topics import ensure_topics
from inkoop_local.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]
STORIES = 25


def test_a_new_kafka_is_told_everything_and_nothing_is_lost(place: Path) -> None:
    stack = BreakableStack(place, seed=31)
    before = Load(31, stack.urls, workers=6, stories=STORIES)
    after = Load(32, stack.urls, workers=6, stories=STORIES)
    try:
        stack.open()
        before.start()
        before.finish(120)
        wait_until_quiet(stack)
        then = final_decisions(gathered(stack))
        lose_kafka(stack)
        after.start()
        after.finish(200)
        wait_until_quiet(stack)
        evidence = gathered(stack)
        assert check(evidence, [*before.submissions, *after.submissions]) == []
        now = final_decisions(evidence)
        assert {invoice: now[invoice] for invoice in then} == then
    finally:
        stack.close()


def test_a_kafka_that_lost_its_log_is_told_everything_when_operators_say_so(place: Path) -> None:
    stack = BreakableStack(place, seed=33)
    stack.replicas = 1
    before, after = (Load(n, stack.urls, workers=6, stories=STORIES) for n in (33, 34))
    try:
        stack.open()
        before.start()
        before.finish(200)
        wait_until_quiet(stack)
        lose_log(stack)
        start_again(stack)
        until(lambda: all_say(stack, "joined"), 90, "who reads refuses to guess")
        stop(stack)
        run_script("tell-again.sh", database(stack), *SERVICES)
        start_again(stack)
        stack.wait_ready(90)
        after.start()
        after.finish(200)
        wait_until_quiet(stack)
        assert check(gathered(stack), [*before.submissions, *after.submissions]) == []
    finally:
        stack.close()


def stop(stack: BreakableStack) -> None:
    """No service runs."""
    for process in stack.all_replicas():
        process.stop()


def start_again(stack: BreakableStack) -> None:
    """Every service anew."""
    stop(stack)
    for process in stack.all_replicas():
        stack.begin(process)


def lose_log(stack: BreakableStack) -> None:
    """The same cluster comes back, without a record: as after a power cut of every broker."""
    broker = stack.infrastructure.kafka
    broker.kill()
    for log in (stack.directory / "kafka" / "data").glob("inkoop.*"):
        shutil.rmtree(log)
    broker.start()


def all_say(stack: BreakableStack, words: str) -> bool:
    """Whether each service that reads says this when asked whether it is ready."""
    reasons = stack.reasons()
    return all(words in reasons.get(f"{service}-0", "") for service in ("invoicing", "matching"))


def database(stack: BreakableStack) -> str:
    """The services' database, as the superuser."""
    return stack.infrastructure.postgres.url("postgres", DATABASE)


def lose_kafka(stack: BreakableStack) -> None:
    """Throw the broker's data away under the running services, and start an empty one."""
    broker = stack.infrastructure.kafka
    cluster = (stack.directory / "kafka" / "data" / "meta.properties").read_text()
    broker.remove()
    broker.start()
    assert (stack.directory / "kafka" / "data" / "meta.properties").read_text() != cluster
    ensure_topics(broker.bootstrap)


def gathered(stack: BreakableStack) -> Evidence:
    """All that there is."""
    infrastructure = stack.infrastructure
    return gather(infrastructure.postgres.admin_url, infrastructure.kafka.bootstrap)
