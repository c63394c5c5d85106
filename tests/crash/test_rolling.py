"""A deployment under load: two replicas of each service, replaced one after the other."""

from pathlib import Path

import pytest
from crash_checks import check
from crash_evidence import LANES, gather
from crash_load import Load
from crash_pauses import longest_waits
from crash_run import wait_until_quiet
from crash_stack import BreakableStack

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]
LONGEST_PAUSE = 5.0
"""Seconds (issue 4)."""


def test_a_rolling_restart_pauses_briefly_and_doubles_nothing(place: Path) -> None:
    stack = BreakableStack(place, seed=21)
    load = Load(21, stack.urls, workers=10)
    try:
        stack.open()
        load.start()
        for process in stack.all_replicas():
            process.stop()
            stack.begin(process)
            process.wait_ready()
        load.finish(120)
        wait_until_quiet(stack)
        infrastructure = stack.infrastructure
        evidence = gather(infrastructure.postgres.admin_url, infrastructure.kafka.bootstrap)
        assert check(evidence, load.submissions) == []
        waits = longest_waits(evidence)
        assert len(waits) > 1.5 * LANES, "the load leaves many lanes idle"
        print(f"longest wait {max(waits.values()):.1f} s")  # noqa: T201 — the figure, with -s
        assert {place: wait for place, wait in waits.items() if wait > LONGEST_PAUSE} == {}
        assert max(one.seconds for one in load.submissions) <= LONGEST_PAUSE
    finally:
        stack.close()
