"""What was set aside comes back in order once its cause is mended: by code, or what came late."""

import sys
from collections.abc import Iterator, Sequence

import pytest
from story_events import decided, invoice_key_of, key_of, placed, received
from story_forger import Forger
from story_market import Market, until
from story_parked import reasons_parked, release, rows_parked
from story_stacks import stack_in, stack_of_its_own

from inkoop_kit.lanes import lane_of
from inkoop_local.stack import Stack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]
BRAKE = 1000
"""Messages set aside in one lane, after which it stops."""
YESTERDAY = """
import sys
from inkoop_matching.application.matching import Matching
from inkoop_matching.main import main

record = Matching.record_receipt

def stumble(self, received, cause):
    if received.receipt.startswith("hard"):
        raise ZeroDivisionError(received.receipt)
    return record(self, received, cause)

Matching.record_receipt = stumble
main()
"""
"""A matching of yesterday, with a bug: some receipts cannot be recorded."""


def yesterday(service: str) -> Sequence[str]:
    """The command of the older program."""
    assert service == "matching"
    return (sys.executable, "-c", YESTERDAY)


@pytest.fixture
def older() -> Iterator[Stack]:
    """Matching alone, of yesterday."""
    with stack_of_its_own("yesterday", ("matching",), yesterday) as stack:
        stack.up()
        yield stack


@pytest.fixture(scope="module")
def invoicing() -> Iterator[Stack]:
    """Invoicing alone: we play matching."""
    with stack_of_its_own("invoicing", ("invoicing",)) as stack:
        stack.up()
        yield stack


def roll_out(older: Stack) -> None:
    """Today's program takes the place of yesterday's, in the same stack."""
    older.service("matching").stop()
    stack_in(older.directory, ("matching",)).start_service("matching")


def receipts_of(market: Market, order: str) -> list[str]:
    """The receipts that matching recorded, in order."""
    answer = market.get("matching", "/v1/trail", order=key_of(order))
    entries = answer.json()["entries"] if answer.is_success else []
    return [one["data"]["receipt"] for one in entries if one["type"] == "receipt-recorded"]


def test_what_a_bug_set_aside_is_decided_in_order_by_the_next_version(older: Stack) -> None:
    market, ordering = Market(older.file), Forger(older.infrastructure.kafka.bootstrap, "ordering")
    order, other = market.fresh("O"), market.fresh("O")
    receipts = ["soft-1", "hard-2", "soft-3", "hard-4", "soft-5"]
    first = ordering.message(placed(order))
    messages = [ordering.message(received(order, receipt)) for receipt in receipts]
    ordering.send(first, *messages, *messages[1:3])
    ordering.send(ordering.message(received(other, "soft")))
    until(lambda: receipts_of(market, other) == ["soft"], lambda: "other orders go on")
    until(
        lambda: len(rows_parked(older, "matching", key_of(order))) == 4,
        lambda: f"four wait: {reasons_parked(older, 'matching', key_of(order))}",
    )
    assert receipts_of(market, order) == ["soft-1"]
    assert reasons_parked(older, "matching", key_of(order)) == [
        "failed",
        "behind",
        "behind",
        "behind",
    ]
    release(market, "matching", "inkoop.ordering", key_of(order))
    until(
        lambda: rows_parked(older, "matching", key_of(order))[0]["attempts"] == 2,
        lambda: "yesterday's program fails again",
    )
    roll_out(older)
    assert receipts_of(market, order) == ["soft-1"]
    assert release(market, "matching", "inkoop.ordering", key_of(order)) == 4
    until(lambda: receipts_of(market, order) == receipts, lambda: "all are there, in order, once")
    assert rows_parked(older, "matching", key_of(order)) == []
    ordering.send(*messages, ordering.message(received(order, "soft-6")))
    until(
        lambda: receipts_of(market, order)[5:] == ["soft-6"],
        lambda: f"what was sent again counts once: {receipts_of(market, order)}",
    )


def stopped_lanes(market: Market) -> list[int]:
    """The lanes in which matching reads no further."""
    return list(market.get("matching", "/v1/status").json()["stopped_lanes"])


def stop_a_lane(market: Market, ordering: Forger) -> tuple[str, str]:
    """Too many messages of one order are set aside; that order, and another that now waits."""
    order = market.fresh("O")
    lane = lane_of(key_of(order))
    bad = [ordering.message(received(order, f"hard-{n}")) for n in range(BRAKE)]
    ordering.send(*bad)
    until(lambda: stopped_lanes(market) == [lane], lambda: f"lane {lane} stops")
    here, elsewhere = market.fresh("O"), market.fresh("O")
    while lane_of(key_of(here)) != lane:
        here = market.fresh("O")
    while lane_of(key_of(elsewhere)) == lane:
        elsewhere = market.fresh("O")
    ordering.send(*(ordering.message(received(one, "soft")) for one in (here, elsewhere)))
    until(lambda: receipts_of(market, elsewhere) == ["soft"], lambda: "other lanes go on")
    assert receipts_of(market, here) == []
    return order, here


def test_a_lane_with_too_many_set_aside_stops_until_they_are_released(older: Stack) -> None:
    market, ordering = Market(older.file), Forger(older.infrastructure.kafka.bootstrap, "ordering")
    order, here = stop_a_lane(market, ordering)
    roll_out(older)
    assert release(market, "matching", "inkoop.ordering", key_of(order)) == BRAKE
    all_of_them = [f"hard-{n}" for n in range(BRAKE)]
    until(lambda: receipts_of(market, order) == all_of_them, lambda: "all are there, in order")
    until(lambda: receipts_of(market, here) == ["soft"], lambda: "the lane goes on")
    until(lambda: not stopped_lanes(market), lambda: "no lane stands still")
    assert rows_parked(older, "matching", key_of(order)) == []


def test_a_lane_that_stopped_stands_still_after_a_restart_too(older: Stack) -> None:
    market, ordering = Market(older.file), Forger(older.infrastructure.kafka.bootstrap, "ordering")
    order, here = stop_a_lane(market, ordering)
    roll_out(older)
    lane = lane_of(key_of(order))
    until(lambda: stopped_lanes(market) == [lane], lambda: f"lane {lane} stands still")
    assert receipts_of(market, here) == []


def test_decisions_that_came_before_their_invoice_count_once_it_is_there(
    invoicing: Stack,
) -> None:
    market = Market(invoicing.file)
    matching = Forger(invoicing.infrastructure.kafka.bootstrap, "matching")
    order, invoice, other = market.fresh("O"), market.fresh("I"), market.fresh("I")
    key, topic = invoice_key_of(invoice), "inkoop.matching"
    held = matching.message(decided(order, invoice, 1, "QTY_OVER_RECEIVED"), key_of(order))
    matched = matching.message(decided(order, invoice, 2), key_of(order))
    matching.send(held, matched, held)
    until(
        lambda: reasons_parked(invoicing, "invoicing", key) == ["UNKNOWN_PRESENTATION", "behind"],
        lambda: f"both wait: {reasons_parked(invoicing, 'invoicing', key)}",
    )
    market.invoice(other, order)
    matching.send(matching.message(decided(order, other, 1), key_of(order)))
    market.becomes(other, "payable")
    assert release(market, "invoicing", topic, key) == 2
    until(
        lambda: rows_parked(invoicing, "invoicing", key)[0]["attempts"] == 2,
        lambda: "it is too early still",
    )
    assert market.invoice(invoice, order).status_code == 201
    assert release(market, "invoicing", topic, key) == 2
    shown = market.becomes(invoice, "payable")
    assert shown["matches"][0]["decision"] == f"{key_of(order)}|{key}|2"
    trail = market.get("invoicing", "/v1/trail", invoice=key).json()["entries"]
    kinds = [one["type"] for one in trail]
    assert kinds[-4:] == ["match-noted", "invoice-held", "match-noted", "invoice-became-payable"]
    assert rows_parked(invoicing, "invoicing", key) == []
    assert market.parked("invoicing") == []
