"""PostgreSQL is restored to an earlier moment: nobody writes, all says why, and goes on in an era.

What is lost is exactly what was in the gap, and listed; sent again, it is there once.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from crash_checks import TOLD_BY, check
from crash_evidence import LANES, SERVICES, Evidence, rows
from crash_gap import above, all_say, gathered, inkoop, paid_once, play, send_again
from crash_load import Load
from crash_plan import story
from crash_restore import POINT, back_up, mark_moment, restore
from crash_run import wait_until_quiet
from crash_stack import BreakableStack
from story_market import CALLER

from inkoop_local.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]
STORIES = 8
ERA = 2**40
AGAIN = {
    "nl.inkoop.order.placed.v1", "nl.inkoop.goods.received.v1", "nl.inkoop.invoice.received.v1",
    "nl.inkoop.invoice.presented.v1", "nl.inkoop.invoice.duplicated.v1",
}  # fmt: skip
"""What stands for a document: sent again, it is known again."""


def test_a_store_of_an_earlier_moment_refuses_lists_the_gap_and_goes_on_in_an_era(
    place: Path,
) -> None:
    stack = BreakableStack(place, seed=51)
    loads = [Load(seed, stack.urls, workers=4, stories=STORIES) for seed in (51, 52, 53, 53, 54)]
    try:
        stack.open()
        play(loads[0])
        backup = back_up(stack)
        play(loads[1])
        wait_until_quiet(stack)
        mark_moment(stack)
        play(loads[2])
        wait_until_quiet(stack)
        lost = gathered(stack)
        restore(stack, backup, "--to-point", POINT)
        heads = the_gap_is_noticed_and_listed(stack, lost)
        without_an_era_what_is_new_would_be_dropped(lost, heads)
        while_it_lasts_nothing_is_written(stack, heads)
        for service in SERVICES:
            inkoop(stack, "era", "raise", service, "--yes")
        stack.wait_ready(90)
        send_again(stack, loads[3])
        play(loads[4])
        wait_until_quiet(stack)
        evidence = gathered(stack)
        nothing_new_is_lost_and_nothing_told_twice(evidence, loads)
    finally:
        stack.close()


def the_gap_is_noticed_and_listed(stack: BreakableStack, lost: Evidence) -> Mapping[str, list[int]]:
    """Every replica says why it refuses, and the list is what lies above the heads."""
    until(lambda: all_say(stack, "its topics hold"), 90, "every replica sees the gap")
    kept = gathered(stack)
    heads = {service: [lane["head"] for lane in kept.kept[service].lanes] for service in SERVICES}
    for gap in until(lambda: gaps_told(stack) or None, 60, "the status tells of every gap"):
        service = gap["service"]
        expected = {one.id for one in above(lost, service, heads[service])}
        assert expected
        assert gap["events"] == len(expected)
        listed = json.loads(inkoop(stack, "era", "gap", service, "--json"))["gap"]
        assert Counter(one["id"] for one in listed) == Counter(expected)
        assert all(one["seen_by"] == [] for one in listed if one["seen_by"] is not None)
    return heads


def gaps_told(stack: BreakableStack) -> list[dict[str, Any]]:
    """The gaps that the status tells of, when all services had time to answer; else none."""
    said = json.loads(inkoop(stack, "status", "--json", codes=(1, 3)))["gaps"]
    return said if {gap["service"] for gap in said} == set(SERVICES) else []


def without_an_era_what_is_new_would_be_dropped(
    lost: Evidence, heads: Mapping[str, list[int]]
) -> None:
    """The next position of a lane had been seen by who hears it: it would be a repetition."""
    for service, topic in (("ordering", "inkoop.ordering"), ("matching", "inkoop.matching")):
        consumer = {"ordering": "matching", "matching": "invoicing"}[service]
        seen = [0] * LANES
        for row in lost.kept[consumer].tracking:
            if row["topic"] == topic:
                seen = [max(pair) for pair in zip(seen, row["seen"], strict=True)]
        assert any(heads[service][lane] + 1 <= seen[lane] for lane in range(LANES))


def while_it_lasts_nothing_is_written(
    stack: BreakableStack, heads: Mapping[str, list[int]]
) -> None:
    """Who submits is told to come back; facts, heads and positions stay as they were."""
    before = written(stack)
    for step in story(55, 0):
        url = stack.urls(step.service)[0]
        headers = {"Content-Type": step.media_type, **CALLER}
        with httpx.Client(timeout=20, trust_env=False) as client:
            answer = client.post(f"{url}/v1/documents", content=step.body, headers=headers)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert written(stack) == before
    for service in SERVICES:
        assert [row["head"] for row in before[service, "lane"]] == heads[service]


def written(stack: BreakableStack) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """All that work would change."""
    url = stack.infrastructure.postgres.admin_url
    tables = ("lane", "tracking", "relay_position", "era")
    found = {
        (service, table): rows(url, f"select * from {service}.{table} order by 1, 2")
        for service in SERVICES
        for table in tables
    }
    for service in SERVICES:
        found[service, "event"] = rows(url, f"select count(*) from {service}.event")
    return found


def nothing_new_is_lost_and_nothing_told_twice(evidence: Evidence, loads: list[Load]) -> None:
    """The checker, with the gap for an explanation of what is told and kept by nobody."""
    sent = [one for load in loads for one in load.submissions]
    found = [one for one in check(evidence, sent) if "has parked" not in one.what]
    assert found == []
    for service in SERVICES:
        kept = evidence.kept[service]
        assert kept.eras
        assert kept.eras[0]["number"] == 1
        for lane in kept.lanes:
            assert lane["head"] >= ERA
    told = {one.id: one for topic in TOLD_BY for one in evidence.messages[topic]}
    for service in SERVICES[:2]:
        forgotten = evidence.kept[service].gap
        unrestored = {told[one].type for one, again in forgotten.items() if again is None}
        assert not unrestored & AGAIN
    paid_once(evidence)
