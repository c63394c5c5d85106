"""The negative control: services that are broken on purpose must be found out."""

from pathlib import Path

import pytest
from crash_broken import broken_by
from crash_checks import Finding, check
from crash_evidence import gather
from crash_keeper import Keeper
from crash_load import Load
from crash_recovery import Crashes
from crash_run import wait_until_quiet
from crash_stack import BreakableStack

from inkoop_local.errors import StackError

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]
SEED, STORIES = 11, 30


def test_without_dedupe_the_checker_finds_duplicates(place: Path) -> None:
    found = findings(place, "dedupe", "before-relay-position=0.05,after-relay-send=0.05")
    assert [one for one in found if one.word == "twice" and "taken in" in one.what], found


def test_with_the_position_before_the_send_the_checker_finds_losses(place: Path) -> None:
    found = findings(place, "position", "after-relay-send=0.05")
    assert [one for one in found if one.word == "lost" and "on no topic" in one.what], found


def findings(place: Path, how: str, failpoints: str) -> list[Finding]:
    """What the checker says of services that are broken so, and die so."""
    stack = BreakableStack(place, SEED, broken_by(how))
    stack.replicas = 1
    stack.extra = {"INKOOP_FAILPOINTS": failpoints}
    keeper = Keeper(stack, Crashes())
    load = Load(SEED, stack.urls, workers=6, stories=STORIES, patience=20)
    try:
        stack.open()
        keeper.start()
        load.start()
        load.finish(300)
        settle(stack)
        infrastructure = stack.infrastructure
        evidence = gather(infrastructure.postgres.admin_url, infrastructure.kafka.bootstrap)
        return check(evidence, load.submissions)
    finally:
        keeper.finish()
        stack.close()


def settle(stack: BreakableStack) -> None:
    """Wait until nothing moves, as far as a broken stack ever comes there."""
    try:
        wait_until_quiet(stack, 20)
    except StackError:
        return
