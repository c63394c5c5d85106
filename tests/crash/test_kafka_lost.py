"""Kafka is gone with all it held: a new one is told everything again, nobody decides twice."""

from pathlib import Path

import pytest
from crash_checks import check, final_decisions
from crash_evidence import Evidence, gather
from crash_load import Load
from crash_run import wait_until_quiet
from crash_stack import BreakableStack

from inkoop_local.topics import ensure_topics

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
