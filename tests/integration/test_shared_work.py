"""Two processes of a service share its work: half of the lanes each, and nothing done by both."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest
from story_market import CALLER, Market, until

from inkoop_events.ordering import GoodsReceived, OrderPlaced
from inkoop_kit.lanes import LANES

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
ORDERS = 24


def held(url: str) -> set[tuple[str, int]]:
    """The partitions that a replica reads."""
    status = httpx.get(f"{url}/v1/status", headers=CALLER, timeout=10).json()
    return {(one["topic"], one["partition"]) for one in status["partitions"]}


def heard(url: str) -> float:
    """How many orders and receipts a replica has acted on."""
    lines = httpx.get(f"{url}/metrics", timeout=10).text.splitlines()
    counted = (line for line in lines if line.startswith("inkoop_events_processed_total{"))
    mine = (
        line
        for line in counted
        if 'result="ok"' in line and (OrderPlaced.TYPE in line or GoodsReceived.TYPE in line)
    )
    return sum(float(line.rpartition(" ")[2]) for line in mine)


def shared(urls: list[str]) -> bool:
    """Each of two replicas reads half of the partitions of both topics."""
    first, second = (held(url) for url in urls)
    return len(first) == len(second) == LANES and not first & second


def test_two_processes_share_the_lanes_and_each_does_its_part_once(market: Market) -> None:
    urls = market.urls("matching")
    until(lambda: shared(urls), lambda: f"they share: {[len(held(url)) for url in urls]}")
    before = [heard(url) for url in urls]
    orders = [market.fresh("O") for _ in range(ORDERS)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(market.place_order, orders))
        list(pool.map(partial(market.receive, L1="10"), orders))

    def done() -> list[float]:
        return [heard(url) - n for url, n in zip(urls, before, strict=True)]

    until(lambda: sum(done()) >= 2 * ORDERS, lambda: f"all is heard: {done()}")
    assert sum(done()) == 2 * ORDERS
    assert all(done())
