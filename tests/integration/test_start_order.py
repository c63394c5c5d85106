"""Services, broker and database may come in any order: whoever is first waits, says so, goes on."""

import os
from collections.abc import Iterator

import httpx
import pytest
from story_health import all_ready, lacks, live, reasons, said
from story_market import OPERATOR, Market, order_form, until
from story_stacks import stack_of_its_own

from inkoop_local import ports, state
from inkoop_local.database import prepare_database
from inkoop_local.service_process import ServiceProcess, migrate
from inkoop_local.stack import DATABASE, SERVICES, Stack
from inkoop_local.topics import ensure_topics

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
REACHED = {"kafka": "kafka", "tables": "postgresql"}
"""What services then lack no more; a server without their database is as good as none."""


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A stack of which nothing was ever started."""
    with stack_of_its_own("first", SERVICES) as stack:
        yield stack


def announce(stack: Stack) -> None:
    """Broker and database get their addresses before there are any."""
    for server, names in (("kafka", ("broker", "controller")), ("postgres", ("server",))):
        ports.remembered(stack.directory / server / "ports.json", *names)
    if stack.infrastructure.kafka.bootstrap.endswith(":0"):
        pytest.skip("this provider of Kafka chooses its address when it starts")


def start_services(stack: Stack) -> list[ServiceProcess]:
    """Start every service, with what it must be told; nobody waits for it."""
    processes = [stack.service(service) for service in SERVICES]
    for process in processes:
        process.start(settings_of(stack, process.service))
    return processes


def settings_of(stack: Stack, service: str) -> dict[str, str]:
    """The environment of a service, as a deployment would give it."""
    infrastructure = stack.infrastructure
    return {
        **os.environ,
        "INKOOP_OPERATOR": OPERATOR,
        "INKOOP_KAFKA": infrastructure.kafka.bootstrap,
        "INKOOP_DATABASE": infrastructure.postgres.url(service, DATABASE),
        "INKOOP_OWNER_DATABASE": infrastructure.postgres.url(f"{service}_owner", DATABASE),
    }


def bring(stack: Stack, what: str) -> None:
    """Let one of the things come that services need."""
    infrastructure = stack.infrastructure
    match what:
        case "kafka":
            infrastructure.kafka.start()
        case "topics":
            ensure_topics(infrastructure.kafka.bootstrap)
        case "postgresql":
            infrastructure.postgres.start()
        case _:
            prepare_database(infrastructure.postgres, DATABASE, SERVICES)
            for service in SERVICES:
                log = stack.directory / "log" / f"{service}-migrate.log"
                migrate(service, settings_of(stack, service), log)


def write_down(stack: Stack, processes: list[ServiceProcess]) -> Market:
    """Customers learn where the services are."""
    urls = {one.service: {"urls": [one.url]} for one in processes}
    state.write_json(stack.file, {"services": urls})
    return Market(stack.file)


def trade(market: Market) -> None:
    """An invoice goes the whole way."""
    order, invoice = market.fresh("O"), market.fresh("I")
    market.place_order(order)
    market.receive(order, L1="10")
    market.invoice(invoice, order)
    market.becomes(invoice, "payable")


@pytest.mark.parametrize(
    "order",
    [
        ("kafka", "topics", "postgresql", "tables"),
        ("postgresql", "kafka", "tables", "topics"),
    ],
    ids="-".join,
)
def test_services_that_are_first_wait_say_so_and_go_on_by_themselves(
    stack: Stack, order: tuple[str, ...]
) -> None:
    announce(stack)
    processes = start_services(stack)
    until(lambda: all(map(live, processes)), lambda: "all are alive")
    pids = [one.pid for one in processes]
    for one in processes:
        until(
            lambda one=one: said(one, "Kafka is not there yet"),
            lambda one=one: f"{one.name} says it waits",
        )
        until(
            lambda one=one: said(one, "PostgreSQL is not there yet"),
            lambda one=one: f"{one.name} says it waits",
        )
        assert lacks(one, "kafka")
        assert lacks(one, "postgresql")
        assert reasons(one, "startupz")
    for at, what in enumerate(order):
        assert all(map(live, processes))
        assert set(REACHED) <= set(order[:at]) or all(map(reasons, processes))
        bring(stack, what)
        if (reached := REACHED.get(what)) is not None:
            for one in processes:
                until(
                    lambda one=one, reached=reached: not lacks(one, reached),
                    lambda one=one: f"{one.name} notices: {reasons(one)}",
                )
    all_ready(processes)
    assert [one.pid for one in processes] == pids
    trade(write_down(stack, processes))


def test_who_asks_a_service_that_waits_is_told_to_come_back(stack: Stack) -> None:
    announce(stack)
    processes = start_services(stack)
    until(lambda: all(map(live, processes)), lambda: "all are alive")
    market = write_down(stack, processes)
    told_to_come_back(market.get("ordering", "/v1/orders"))
    told_to_come_back(market.get("invoicing", "/v1/invoices"))
    told_to_come_back(market.get("matching", "/v1/parked"))


def test_who_submits_to_a_service_that_waits_is_told_at_once_to_come_back(stack: Stack) -> None:
    announce(stack)
    processes = start_services(stack)
    until(lambda: all(map(live, processes)), lambda: "all are alive")
    market = write_down(stack, processes)
    order = order_form(market.fresh("O"))
    told_to_come_back(market.submit_once(market.url("ordering"), order))


def told_to_come_back(answer: httpx.Response) -> None:
    """It is a problem that says when to try again."""
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/problem+json"
