"""Broker, database and replicas go and return while people work: nobody sees more than a wait."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from story_health import all_ready, complained, lacks, live, said
from story_market import Market, billed, invoice_form, order_form, until
from story_stacks import stack_of_its_own
from story_topics import once, read_topics

from inkoop_local.service_process import ServiceProcess
from inkoop_local.stack import SERVICES, Stack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
CANNOT_SEND = ("the relay starts again", "Unable connect", "Unable to connect")
"""What is said of it, by us or by the client of Kafka."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Two replicas of every service."""
    with stack_of_its_own("goes", SERVICES) as stack:
        stack.up(replicas=2)
        yield stack


@pytest.fixture
def market(stack: Stack) -> Market:
    """Numbers that nobody has used."""
    return Market(stack.file)


@pytest.fixture
def processes(stack: Stack) -> list[ServiceProcess]:
    """All six; ready at the start of every story, with what they need."""
    stack.infrastructure.ensure_started()
    processes = [stack.service(service, replica) for service in SERVICES for replica in (0, 1)]
    all_ready(processes)
    return processes


def all_payable_once(stack: Stack, market: Market, invoices: Sequence[str]) -> None:
    """Every invoice becomes payable, and is told so once."""
    until(
        lambda: all(market.state_of(one).get("state") == "payable" for one in invoices),
        lambda: f"payable: {Counter(market.state_of(one).get('state') for one in invoices)}",
    )
    market.all_told("invoicing")
    records = once(read_topics(stack.infrastructure.kafka.bootstrap, ["inkoop.invoicing"]))
    told = Counter(
        json.loads(one.value)["invoice"]
        for one in records
        if one.headers["ce_type"] == "nl.inkoop.invoice.became-payable.v1"
    )
    assert {one: told[one] for one in invoices} == dict.fromkeys(invoices, 1)


def test_documents_are_taken_in_while_kafka_is_away_and_go_on_when_it_returns(
    stack: Stack, market: Market, processes: list[ServiceProcess]
) -> None:
    pids = [one.pid for one in processes]
    early, late = market.fresh("O"), market.fresh("O")
    market.place_order(early)
    stack.infrastructure.kafka.stop()
    invoices = [market.fresh("I") for _ in range(6)]
    for number, invoice in enumerate(invoices):
        url = stack.service("invoicing", number % 2).url
        form = invoice_form(invoice, (early, late)[number % 2], billed("1", "2", "12.50"))
        assert market.submit_once(url, form).status_code == 201
    for number, form in enumerate((order_form(late), order_form(market.fresh("O")))):
        url = stack.service("ordering", number).url
        assert market.submit_once(url, form).status_code == 201
    for order in (early, late):
        market.receive(order, L1="10")
    for service in ("ordering", "invoicing"):
        assert market.get(service, "/v1/status").json()["relay_backlog"] > 0
        replicas = [stack.service(service, replica) for replica in (0, 1)]
        until(
            lambda replicas=replicas: any(complained(one, *CANNOT_SEND) for one in replicas),
            lambda service=service: f"{service} says that it cannot send",
        )
    assert all(map(live, processes))
    assert {market.state_of(invoice)["state"] for invoice in invoices} == {"received"}
    stack.infrastructure.kafka.start()
    all_payable_once(stack, market, invoices)
    all_ready(processes)
    assert [one.pid for one in processes] == pids


def test_who_submits_while_postgresql_is_away_is_told_to_come_back_and_then_served(
    stack: Stack, market: Market, processes: list[ServiceProcess]
) -> None:
    pids = [one.pid for one in processes]
    order, invoices = market.fresh("O"), [market.fresh("I") for _ in range(2)]
    forms = [invoice_form(invoice, order, billed("1", "5", "12.50")) for invoice in invoices]
    stack.infrastructure.postgres.stop()
    for replica, form in enumerate(forms):
        for service, what in (("ordering", order_form(order)), ("invoicing", form)):
            answer = market.submit_once(stack.service(service, replica).url, what)
            assert (answer.status_code, answer.json()["code"]) == (503, "BUSY")
            assert int(answer.headers["Retry-After"]) > 0
    asked = market.get("invoicing", "/v1/invoices")
    assert asked.status_code == 503
    assert int(asked.headers["Retry-After"]) > 0
    for one in processes:
        until(lambda one=one: lacks(one, "postgresql"), lambda one=one: f"{one.name} says so")
        assert live(one)
    with ThreadPoolExecutor(4) as pool:
        waiting = [
            pool.submit(market.submit, "ordering", order_form(order)),
            *(pool.submit(market.submit, "invoicing", form) for form in forms),
            pool.submit(market.receive, order, L1="10"),
        ]
        stack.infrastructure.postgres.start()
        assert [one.result().status_code for one in waiting] == [201] * 4
    all_payable_once(stack, market, invoices)
    all_ready(processes)
    assert [one.pid for one in processes] == pids


def test_a_rolling_restart_goes_unnoticed(
    stack: Stack, market: Market, processes: list[ServiceProcess]
) -> None:
    pids = [one.pid for one in processes]
    over, invoices = Event(), list[str]()

    def work() -> list[str]:
        done: list[str] = []
        while not over.is_set():
            order, invoice = market.fresh("O"), market.fresh("I")
            answers = [
                market.place_order(order),
                market.invoice(invoice, order),
                market.receive(order, L1="10"),
            ]
            assert all(answer.is_success for answer in answers)
            done.append(invoice)
            over.wait(0.2)
        return done

    with ThreadPoolExecutor(2) as pool:
        working = [pool.submit(work) for _ in range(2)]
        try:
            for one in processes:
                one.stop()
                assert one.pid is None
                stack.start_service(one.service, one.number)
        finally:
            over.set()
        for each in working:
            invoices += each.result()
    assert not set(pids) & {one.pid for one in processes}
    assert len(invoices) > 10
    all_payable_once(stack, market, invoices)
    assert all(said(one, "stopped") for one in processes)
    all_ready(processes)
