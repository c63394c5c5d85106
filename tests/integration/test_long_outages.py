"""Kafka or PostgreSQL is away for long while people work: nobody is taken for dead, all is told."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic

import httpx
import pytest
from story_health import all_ready
from story_market import Market, invoice_form, order_form
from story_stacks import stack_of_its_own

from inkoop_local.service_process import ServiceProcess
from inkoop_local.stack import SERVICES, Stack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
IMPATIENT = """
import inkoop_host.health as health
health.PROGRESS_SECONDS = 15.0
from inkoop_{}.main import main
main()
"""
"""The service as it is, but taken for dead after 15 seconds without a turn instead of 60."""
AWAY_SECONDS = 30.0


def impatient(service: str) -> Sequence[str]:
    """The command of such a service."""
    return (sys.executable, "-c", IMPATIENT.format(service))


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Every service once, watched impatiently."""
    with stack_of_its_own("outage", SERVICES, impatient) as stack:
        stack.up()
        yield stack


@pytest.fixture
def processes(stack: Stack) -> list[ServiceProcess]:
    """All three, ready."""
    stack.infrastructure.ensure_started()
    processes = [stack.service(service) for service in SERVICES]
    all_ready(processes)
    return processes


def submit_until(over: Event, market: Market, stack: Stack) -> list[str]:
    """Orders and invoices, one after the other; the invoices that were taken in."""
    taken: list[str] = []
    while not over.is_set():
        order, invoice = market.fresh("O"), market.fresh("I")
        placed = market.submit_once(stack.service("ordering").url, order_form(order))
        sent = market.submit_once(stack.service("invoicing").url, invoice_form(invoice, order))
        taken += [invoice] if placed.is_success and sent.is_success else []
        over.wait(0.4)
    return taken


def deaths(processes: Sequence[ServiceProcess], seconds: float) -> set[str]:
    """Why /livez took anybody for dead within so many seconds."""
    never, until_then, found = Event(), monotonic() + seconds, set[str]()
    while monotonic() < until_then:
        for one in processes:
            answer = httpx.get(one.url + "/livez", timeout=20)
            if answer.status_code != 204:
                reasons = (reason.partition(":")[0] for reason in answer.json()["reasons"])
                found |= {f"{one.name}: {reason}" for reason in reasons}
        never.wait(0.5)
    return found


def test_nobody_is_taken_for_dead_while_kafka_is_away(
    stack: Stack, processes: list[ServiceProcess]
) -> None:
    assert outage(stack, processes, "kafka") == set()


def test_nobody_is_taken_for_dead_while_postgresql_is_away(
    stack: Stack, processes: list[ServiceProcess]
) -> None:
    assert outage(stack, processes, "postgres") == set()


def outage(stack: Stack, processes: Sequence[ServiceProcess], what: str) -> set[str]:
    """It crashes amid the work and returns late; what was taken in goes on. Who seemed dead."""
    market, over = Market(stack.file), Event()
    server = getattr(stack.infrastructure, what)
    with ThreadPoolExecutor(2) as pool:
        working = [pool.submit(submit_until, over, market, stack) for _ in range(2)]
        try:
            over.wait(2)
            server.kill()
            seemed_dead = deaths(processes, AWAY_SECONDS)
        finally:
            server.start()
            over.set()
    taken = [invoice for one in working for invoice in one.result()]
    assert taken
    all_ready(processes)
    for invoice in taken:
        market.becomes(invoice, "held", ["QTY_OVER_RECEIVED"])
    return seemed_dead
