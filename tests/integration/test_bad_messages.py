"""Bad messages on Kafka: set aside with their bytes, what follows waits, the lane goes on."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from story_events import key_of, placed, received
from story_forger import Forged, Forger
from story_market import DEPARTMENT, Market, until
from story_parked import counted, reasons_parked, release, rows_parked
from story_stacks import stack_of_its_own

from inkoop_kit.lanes import lane_of
from inkoop_local.stack import Stack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]
TOPIC = "inkoop.ordering"
PLACED_V9 = b"urn:nld:inkoop:schema:nl.inkoop.order.placed.v9"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Matching alone: we are its publishers."""
    with stack_of_its_own("matching", ("matching",)) as stack:
        stack.up()
        yield stack


@pytest.fixture(scope="module")
def ordering(stack: Stack) -> Forger:
    """Whoever plays the ordering service."""
    return Forger(stack.infrastructure.kafka.bootstrap, "ordering")


def number_with(market: Market, holds: Callable[[str], bool]) -> str:
    """A fresh number of an order of which this holds."""
    while not holds(number := market.fresh("O")):
        pass
    return number


def neighbour(market: Market, order: str) -> str:
    """Another order in the same lane."""
    return number_with(market, lambda n: lane_of(key_of(n)) == lane_of(key_of(order)))


def facts_of(market: Market, number: str) -> list[str]:
    """What matching recorded of an order, in order."""
    answer = market.get("matching", "/v1/trail", order=key_of(number))
    return [one["type"] for one in answer.json()["entries"]] if answer.is_success else []


Damage = Callable[[Forged], Forged]


def value(data: bytes | None) -> Damage:
    """Another payload."""
    return lambda message: replace(message, value=data)


def swapped(old: bytes, new: bytes) -> Damage:
    """One thing in the payload is different."""

    def damage(message: Forged) -> Forged:
        assert message.value is not None
        assert old in message.value
        return replace(message, value=message.value.replace(old, new, 1))

    return damage


def says(**headers: bytes | None) -> Damage:
    """Some headers are different."""
    return lambda message: message.saying(**headers)


def unknown_and_unreadable(message: Forged) -> Forged:
    """A type that nobody knows, and bytes that nobody can read."""
    return replace(message.saying(ce_type=b"x"), value=b"\xff")


DAMAGES: dict[str, tuple[Damage, str]] = {
    "bytes that are no text": (value(b"\xff\xfe\x00{"), "payload"),
    "no value": (value(None), "payload"),
    "half of it": (lambda message: replace(message, value=(message.value or b"")[:40]), "payload"),
    "a list": (value(b"[]"), "payload"),
    "a field of another type": (swapped(b'"lines":[', b'"lines":5,"x":['), "payload"),
    "a field too few": (swapped(b'"supplier"', b'"vendor"'), "payload"),
    "no date": (swapped(b"2026-11-01", b"2026-11-31"), "payload"),
    "no OIN": (swapped(DEPARTMENT.encode(), b"123"), "payload"),
    "no number": (swapped(b'"quantity":"10"', b'"quantity":"NaN"'), "payload"),
    "a number without end": (swapped(b'"quantity":"10"', b'"quantity":"1E+99"'), "payload"),
    "no headers": (lambda message: replace(message, headers=()), "envelope"),
    "no id": (says(ce_id=None), "envelope"),
    "no type": (says(ce_type=None), "envelope"),
    "no sequence": (says(ce_sequence=None), "envelope"),
    "a sequence that is none": (says(ce_sequence=b"+5"), "envelope"),
    "a sequence without end": (says(ce_sequence=b"9" * 30), "envelope"),
    "a lane that is not there": (says(ce_lane=b"24"), "envelope"),
    "a time without zone": (says(ce_time=b"2026-11-24T12:00:00"), "envelope"),
    "another CloudEvents": (says(ce_specversion=b"0.3"), "envelope"),
    "a header that is no text": (says(ce_subject=b"\xff"), "envelope"),
    "a header with a NUL": (says(ce_actor=b"a\0b"), "envelope"),
    "the key of another order": (swapped(b'"order":"', b'"order":"x'), "key"),
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.values(), ids=DAMAGES.keys())
def test_a_message_that_cannot_be_read_is_set_aside_and_its_key_waits_behind_it(
    stack: Stack, ordering: Forger, damage: Damage, reason: str
) -> None:
    market = Market(stack.file)
    order = number_with(market, lambda n: lane_of(key_of(n)) != lane_of(key_of("x" + n)))
    other = neighbour(market, order)
    bad = damage(ordering.message(placed(order)))
    ordering.send(bad, ordering.message(received(order, "R")), ordering.message(placed(other)))
    until(lambda: facts_of(market, other) == ["order-recorded"], lambda: f"{other} is there")
    first, behind = rows_parked(stack, "matching", key_of(order))
    assert (first["reason"], behind["reason"]) == (reason, "behind")
    assert bytes(first["value"]) == (bad.value or b"")
    assert (first["topic"], first["lane"]) == (TOPIC, lane_of(key_of(order)))
    shown = market.get("matching", f"/v1/parked/{first['id']}").json()
    assert shown["headers"] == {name: said.decode("latin-1") for name, said in bad.headers}
    release_in_vain(stack, market, order, [reason, "behind"])


def release_in_vain(stack: Stack, market: Market, order: str, reasons: list[str]) -> None:
    """Nothing was mended: it is tried, fails again, and waits as before."""
    key, before = key_of(order), market.get("matching", "/v1/status").json()["parked"]
    assert release(market, "matching", TOPIC, key) == len(reasons)

    def tried() -> bool:
        return rows_parked(stack, "matching", key)[0]["attempts"] == 2

    until(tried, lambda: f"tried again: {rows_parked(stack, 'matching', key)}")
    rows = rows_parked(stack, "matching", key)
    assert [row["reason"] for row in rows] == reasons
    assert [row["release_asked"] for row in rows] == [None] * len(reasons)
    assert facts_of(market, order) == []
    assert market.get("matching", "/v1/status").json()["parked"] == before


@pytest.mark.parametrize(
    "damage",
    [
        says(ce_type=b"nl.inkoop.order.forgotten.v1"),
        says(ce_type=b"nl.inkoop.order.placed.v9", ce_dataschema=PLACED_V9),
        says(ce_type=b"nl.inkoop.invoice.received.v1"),
        unknown_and_unreadable,
    ],
    ids=["unknown", "a version to come", "of another topic", "unknown and unreadable"],
)
def test_a_message_of_a_type_not_acted_on_is_counted_and_passed_over(
    stack: Stack, ordering: Forger, damage: Damage
) -> None:
    market = Market(stack.file)
    order, before = market.fresh("O"), counted(Market(stack.file), "matching", "other", "ignored")
    strange = damage(ordering.message(placed(order)))
    ordering.send(strange, ordering.message(received(order, "R")))
    until(lambda: facts_of(market, order) == ["receipt-recorded"], lambda: "the receipt counts")
    assert counted(market, "matching", "other", "ignored") == before + 1
    assert rows_parked(stack, "matching", key_of(order)) == []


def test_a_known_type_with_the_schema_of_a_version_to_come_is_set_aside(
    stack: Stack, ordering: Forger
) -> None:
    market = Market(stack.file)
    order, other = market.fresh("O"), market.fresh("O")
    ordering.send(ordering.message(placed(order)).saying(ce_dataschema=PLACED_V9))
    until(
        lambda: bool(facts_of(market, order) or rows_parked(stack, "matching", key_of(order))),
        lambda: f"{order} is read",
    )
    assert reasons_parked(stack, "matching", key_of(order)) == ["schema"]
    assert facts_of(market, other) == []


def test_a_message_in_the_wrong_partition_is_set_aside_there(
    stack: Stack, ordering: Forger
) -> None:
    market = Market(stack.file)
    order, lane = market.fresh("O"), lane_of(key_of(market.fresh("O")))
    order = number_with(market, lambda n: lane_of(key_of(n)) != lane)
    strayed = replace(ordering.message(placed(order)), partition=lane)
    other = number_with(market, lambda n: lane_of(key_of(n)) == lane)
    ordering.send(strayed, ordering.message(placed(other)))
    until(lambda: facts_of(market, other) == ["order-recorded"], lambda: f"{other} is there")
    [row] = rows_parked(stack, "matching", key_of(order))
    assert (row["reason"], row["lane"]) == ("key", lane)
    ordering.send(ordering.message(received(order, "R")))
    until(lambda: facts_of(market, order) == ["receipt-recorded"], lambda: "its own lane goes on")


@pytest.mark.parametrize("key", [None, b"", b"\xff\x00"], ids=["none", "empty", "no text"])
def test_a_message_under_a_strange_key_is_read_for_what_it_says(
    stack: Stack, ordering: Forger, key: bytes | None
) -> None:
    market = Market(stack.file)
    order = market.fresh("O")
    strange = replace(ordering.message(placed(order)), key=key, partition=lane_of(key_of(order)))
    ordering.send(strange, ordering.message(received(order, "R")))
    until(
        lambda: facts_of(market, order) == ["order-recorded", "receipt-recorded"],
        lambda: f"{order} and its receipt are there: {facts_of(market, order)}",
    )


def test_a_message_sent_again_counts_once_whether_it_can_be_read_or_not(
    stack: Stack, ordering: Forger
) -> None:
    market = Market(stack.file)
    order, bad = market.fresh("O"), market.fresh("O")
    good, unreadable = ordering.message(placed(order)), ordering.message(placed(bad))
    unreadable = replace(unreadable, value=b"{")
    receipt = ordering.message(received(order, "R"))
    ordering.send(good, unreadable, good, receipt, unreadable, receipt, good)
    last = neighbour(market, bad)
    ordering.send(ordering.message(placed(last)))
    until(lambda: bool(facts_of(market, last)), lambda: f"{last} is there")
    until(lambda: len(facts_of(market, order)) >= 2, lambda: "the receipt is there")
    assert facts_of(market, order) == ["order-recorded", "receipt-recorded"]
    assert reasons_parked(stack, "matching", key_of(bad)) == ["payload"]


def test_what_is_set_aside_stays_so_when_the_service_crashes(
    stack: Stack, ordering: Forger
) -> None:
    market = Market(stack.file)
    order = market.fresh("O")
    ordering.send(replace(ordering.message(placed(order)), value=b"{"))
    until(lambda: bool(rows_parked(stack, "matching", key_of(order))), lambda: "it is parked")
    stack.service("matching").kill()
    ordering.send(ordering.message(received(order, "R-1")))
    stack.start_service("matching")
    ordering.send(ordering.message(received(order, "R-2")))
    until(
        lambda: len(rows_parked(stack, "matching", key_of(order))) == 3,
        lambda: f"all wait: {reasons_parked(stack, 'matching', key_of(order))}",
    )
    assert reasons_parked(stack, "matching", key_of(order)) == ["payload", "behind", "behind"]
    assert facts_of(market, order) == []
