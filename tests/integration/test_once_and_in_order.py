"""Nothing lost, nothing twice, in order: with two replicas of every service, under kill -9."""

import json
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from story_market import Market, billed, until
from story_topics import once, read_topics

from inkoop_local.stack import SERVICES, Stack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
ORDERS, INVOICES = 20, 5


def test_killed_services_lose_nothing_and_double_nothing(market: Market, stack: Stack) -> None:
    orders = [market.fresh("O") for _ in range(ORDERS)]
    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(trade, market, order) for order in orders]
        for service in SERVICES * 2:
            for replica in (0, 1):
                stack.service(service, replica).kill()
                stack.start_service(service, replica)
        invoices = [invoice for work in working for invoice in work.result()]
    assert_one_outcome_each(market, stack, invoices)


def test_a_killed_broker_and_a_killed_database_lose_nothing(market: Market, stack: Stack) -> None:
    orders = [market.fresh("O") for _ in range(ORDERS // 2)]
    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(trade, market, order) for order in orders]
        stack.infrastructure.kafka.kill()
        stack.infrastructure.kafka.start()
        stack.infrastructure.postgres.kill()
        stack.infrastructure.postgres.start()
        invoices = [invoice for work in working for invoice in work.result()]
    assert_one_outcome_each(market, stack, invoices)


def trade(market: Market, order: str) -> list[str]:
    """An order of 10, received in two parts, and invoices of 2 each that compete for it."""
    invoices = [market.fresh("I") for _ in range(INVOICES)]
    market.place_order(order)
    market.receive(order, L1="4")
    for invoice in invoices:
        market.invoice(invoice, order, billed("1", "2", "12.50"))
    market.receive(order, L1="6")
    return invoices


def assert_one_outcome_each(market: Market, stack: Stack, invoices: list[str]) -> None:
    """Each invoice is payable, by one decision in force, told once."""
    wanted = set(invoices)
    until(
        lambda: all(market.state_of(one).get("state") == "payable" for one in invoices),
        lambda: f"payable: {Counter(market.state_of(one).get('state') for one in invoices)}",
    )
    market.all_told("invoicing", "matching")
    bootstrap = stack.infrastructure.kafka.bootstrap
    told: dict[str, Counter[str]] = defaultdict(Counter)
    decisions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in once(read_topics(bootstrap, ["inkoop.invoicing", "inkoop.matching"])):
        data = json.loads(record.value)
        if data["invoice"] in wanted:
            told[data["invoice"]][record.headers["ce_type"]] += 1
            if record.topic == "inkoop.matching":
                decisions[data["invoice"]].append(data)
    assert set(told) == wanted
    for invoice in invoices:
        assert told[invoice]["nl.inkoop.invoice.received.v1"] == 1
        assert told[invoice]["nl.inkoop.invoice.became-payable.v1"] == 1
        chain = decisions[invoice]
        assert [one["replaces"] for one in chain] == [
            None,
            *(one["decision"] for one in chain[:-1]),
        ]
        assert chain[-1]["outcome"] == "matched"
