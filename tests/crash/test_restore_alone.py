"""One service's store goes back alone: the others are ahead of it, and pay nothing twice."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from crash_checks import check
from crash_evidence import SERVICES, Message
from crash_gap import above, gathered, inkoop, paid_once, play, send_again
from crash_load import Load
from crash_plan import story
from crash_run import wait_until_quiet
from crash_stack import BreakableStack
from psycopg import Connection, sql
from story_market import CALLER

from inkoop_local.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]
STORIES = 6
EARS = {
    "inkoop.ordering": ["matching"],
    "inkoop.invoicing.presented": ["matching"],
    "inkoop.invoicing": None,
    "inkoop.matching": ["invoicing"],
}
"""Who hears a topic, and so has seen all of its gap; none where nobody says what he heard."""


@pytest.mark.parametrize("service", SERVICES)
def test_a_store_that_goes_back_alone_stops_its_service_and_no_other(
    place: Path, service: str
) -> None:
    stack = BreakableStack(place, seed=61)
    loads = [Load(seed, stack.urls, workers=4, stories=STORIES) for seed in (61, 62, 62, 63, 64)]
    try:
        stack.open()
        play(loads[0])
        wait_until_quiet(stack)
        save(stack, service)
        heads = [lane["head"] for lane in gathered(stack).kept[service].lanes]
        play(loads[1])
        wait_until_quiet(stack)
        lost = above(gathered(stack), service, heads)
        set_back(stack, service)
        the_gap_is_listed_with_those_who_saw_it(stack, service, lost)
        the_others_work_on(stack, service)
        inkoop(stack, "era", "raise", service, "--yes")
        stack.wait_ready(90)
        send_again(stack, loads[2])
        for load in loads[3:]:
            play(load)
        wait_until_quiet(stack)
        nothing_is_lost_and_nothing_paid_twice(stack, service, loads)
    finally:
        stack.close()


def save(stack: BreakableStack, service: str) -> None:
    """A copy of all tables of a service, as a backup of its database alone would hold."""
    with as_superuser(stack) as connection:
        connection.execute("create schema saved")
        for table in tables_of(connection, service):
            copy = "create table {} as table {}"
            names = sql.Identifier("saved", table), sql.Identifier(service, table)
            connection.execute(sql.SQL(copy).format(*names))


def set_back(stack: BreakableStack, service: str) -> None:
    """Stop a service, put the copy in the place of its tables, and start it."""
    replicas = [one for one in stack.all_replicas() if one.service == service]
    for process in replicas:
        process.stop()
    with as_superuser(stack) as connection:
        tables = tables_of(connection, service)
        names = sql.SQL(", ").join(sql.Identifier(service, table) for table in tables)
        connection.execute(sql.SQL("truncate {}").format(names))
        connection.execute("set local session_replication_role = replica")  # keys come in any order
        for table in tables:
            back = "insert into {} overriding system value table {}"
            places = sql.Identifier(service, table), sql.Identifier("saved", table)
            connection.execute(sql.SQL(back).format(*places))
    for process in replicas:
        stack.begin(process)


@contextmanager
def as_superuser(stack: BreakableStack) -> Generator[Connection]:
    """A transaction in the database of the services."""
    url = stack.infrastructure.postgres.admin_url.rpartition("/")[0] + "/inkoop"
    with psycopg.connect(url) as connection:
        yield connection


def tables_of(connection: Connection, service: str) -> list[str]:
    """The tables of a service."""
    found = connection.execute(
        "select tablename from pg_tables where schemaname = %s order by 1", [service]
    )
    return [name for (name,) in found]


def the_gap_is_listed_with_those_who_saw_it(
    stack: BreakableStack, service: str, lost: list[Message]
) -> None:
    """Its own replicas refuse, the status tells of one gap, and who is ahead stands beside each."""
    assert lost
    until(lambda: refusing(stack) == {service}, 90, "the service refuses, the others are ready")
    said = until(lambda: gaps_told(stack), 60, "the status tells of the gap")
    assert said == {service: len({one.id for one in lost})}
    listed = json.loads(inkoop(stack, "era", "gap", service, "--json"))["gap"]
    assert {one["id"]: one["seen_by"] for one in listed} == {
        one.id: EARS[one.topic] for one in lost
    }


def refusing(stack: BreakableStack) -> set[str]:
    """The services that say that their topics hold more than they do."""
    reasons = stack.reasons()
    return {name.partition("-")[0] for name, why in reasons.items() if "its topics hold" in why}


def gaps_told(stack: BreakableStack) -> dict[str, int]:
    """How many events the status says that each service lacks."""
    said = json.loads(inkoop(stack, "status", "--json", codes=(1, 3)))["gaps"]
    return {gap["service"]: gap["events"] for gap in said}


def the_others_work_on(stack: BreakableStack, service: str) -> None:
    """What the service itself would take in is refused for now, the rest is not."""
    for step in story(64, 0):
        headers = {"Content-Type": step.media_type, **CALLER}
        with httpx.Client(timeout=20, trust_env=False) as client:
            url = f"{stack.urls(step.service)[0]}/v1/documents"
            answer = client.post(url, content=step.body, headers=headers)
        assert (answer.status_code == 503) == (step.service == service)


def nothing_is_lost_and_nothing_paid_twice(
    stack: BreakableStack, service: str, loads: list[Load]
) -> None:
    """All that was sent has one outcome; the era of the one service is another one."""
    evidence = gathered(stack)
    for one in (*loads[2].submissions, *loads[4].submissions):
        if one.service != service:  # the others know it: they had answered before
            assert one.answer in ("repeated", one.expects)
            one.answer = one.expects
    sent = [one for load in loads for one in load.submissions]
    found = [one for one in check(evidence, sent) if "has parked" not in one.what]
    assert found == []
    assert {one for one in SERVICES if evidence.kept[one].eras} == {service}
    paid_once(evidence)
