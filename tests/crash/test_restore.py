"""PostgreSQL's disk is lost: a base backup and all WAL bring everything back."""

from pathlib import Path

import pytest
from crash_checks import check
from crash_evidence import gather
from crash_load import Load
from crash_restore import back_up, restore
from crash_run import wait_until_quiet
from crash_stack import BreakableStack

from inkoop_local.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]
STORIES = 20


def test_a_base_backup_and_all_wal_lose_nothing(place: Path) -> None:
    stack = BreakableStack(place, seed=41)
    loads = [Load(seed, stack.urls, workers=6, stories=STORIES) for seed in (41, 42, 43)]
    try:
        stack.open()
        loads[0].start()
        loads[0].finish(120)
        backup = back_up(stack)
        loads[1].start()
        until(lambda: len(loads[1].submissions) > STORIES, 60, "work under way")
        restore(stack, backup)
        loads[1].finish(200)
        loads[2].start()
        loads[2].finish(120)
        wait_until_quiet(stack)
        infrastructure = stack.infrastructure
        evidence = gather(infrastructure.postgres.admin_url, infrastructure.kafka.bootstrap)
        assert check(evidence, [one for load in loads for one in load.submissions]) == []
    finally:
        stack.close()
