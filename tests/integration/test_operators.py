"""What operators do with the command `inkoop`: look, follow, rebuild views, release messages."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import psycopg
import pytest
from story_events import key_of, placed, received
from story_forger import Forger
from story_health import all_ready
from story_market import DEPARTMENT, SUPPLIER, Market, billed, until
from story_operator import Operator, causes
from story_parked import rows_parked
from story_stacks import stack_of_its_own

from inkoop_local.stack import SERVICES, Stack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]
DAMAGE = {
    "orders": ("state = 'damaged', net = net + 1", "number"),
    "invoices": ("state = 'damaged', net = net + 1", "number"),
    "invoice_orders": ("outcome = 'damaged'", "order_number"),
    "documents": ("in_force = not in_force", "sha256"),
    "cases": ("known = not known", "order_number"),
    "decisions": ("outcome = 'damaged'", "order_number"),
}
"""Per view: what is changed in some of its rows, and the column by which a stray row differs."""


@pytest.fixture
def operator(stack: Stack) -> Operator:
    """Who looks after the session's stack."""
    return Operator(stack.file)


@pytest.fixture
def matching() -> Iterator[Stack]:
    """Matching alone, for messages that nobody should send."""
    with stack_of_its_own("operated", ("matching",)) as stack:
        stack.up()
        yield stack


def trade(market: Market, order: str, *, received: str = "10") -> str:
    """An order, an invoice over all of it, and then a receipt."""
    invoice = market.fresh("I")
    market.place_order(order)
    market.invoice(invoice, order)
    market.receive(order, L1=received)
    return invoice


def connected(stack: Stack) -> psycopg.Connection:
    """As the one who may see and do everything."""
    return psycopg.connect(stack.infrastructure.postgres.url("postgres", "inkoop"), autocommit=True)


def views(market: Market) -> dict[str, str]:
    """The service of every view."""
    asked = {service: market.get(service, "/v1/views").json()["views"] for service in SERVICES}
    return {view: service for service, found in asked.items() for view in found}


def rows(stack: Stack, market: Market) -> dict[str, list[str]]:
    """All rows of all views, whole."""
    with connected(stack) as connection:
        return {
            view: [
                row
                for (row,) in connection.execute(
                    f"select v::text from {service}.{view} as v order by 1".encode()
                )
            ]
            for view, service in views(market).items()
        }


def damage(stack: Stack, market: Market) -> None:
    """Some rows of every view are changed, some are gone, one is there that never was."""
    with connected(stack) as connection:
        for view, service in views(market).items():
            change, column = DAMAGE[view]
            table = f"{service}.{view}"
            for statement in (
                f"update {table} set {change} where ctid in (select ctid from {table} limit 3)",
                f"delete from {table} where ctid in (select ctid from {table} offset 3 limit 3)",
                f"create temp table stray as select * from {table} limit 1",
                f"update stray set {column} = 'stray'",
                f"insert into {table} select * from stray",
                "drop table stray",
            ):
                connection.execute(statement.encode())


def quiet(market: Market) -> None:
    """Wait until everything that was told is heard."""

    def waiting() -> dict[str, int]:
        told = {service: market.get(service, "/v1/status").json() for service in SERVICES}
        return {service: one["relay_backlog"] + one["lag"] for service, one in told.items()}

    until(lambda: not any(waiting().values()), lambda: f"all is heard: {waiting()}")


def test_all_is_well(operator: Operator, stack: Stack) -> None:
    all_ready(stack.service(service, replica) for service in SERVICES for replica in (0, 1))
    said = operator.says("status", "--json")
    assert said.code == 0, said.out + said.err
    assert said.json()["well"] is True
    instances = [(one["service"], one["ready"]) for one in said.json()["instances"]]
    assert sorted(instances) == sorted((service, True) for service in SERVICES * 2)
    assert operator.says("status").out.count(" ready ") == 2 * len(SERVICES)


def test_with_one_replica_away_it_is_said_and_the_other_answers(
    operator: Operator, market: Market, stack: Stack
) -> None:
    order = market.fresh("O")
    invoice = trade(market, order)
    market.becomes(invoice, "payable")
    for service in SERVICES:
        stack.service(service, 0).stop()
    try:
        assert operator.says("status").code == 3
        said = operator.says("show", invoice, "--json")
        assert said.code == 0, said.err
        assert [one["state"] for one in said.json()["invoices"]] == ["payable"]
    finally:
        for service in SERVICES:
            stack.start_service(service, 0)
    all_ready(stack.service(service, replica) for service in SERVICES for replica in (0, 1))
    assert operator.says("status").code == 0


def test_an_invoice_is_shown_with_the_chain_of_its_causes(
    operator: Operator, market: Market
) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    market.place_order(order)
    market.invoice(invoice, order)
    market.becomes(invoice, "held", ["QTY_OVER_RECEIVED"])
    market.receive(order, L1="10")
    market.becomes(invoice, "payable")
    said = operator.says("show", invoice, "--json")
    assert said.code == 0, said.err
    trail = said.json()["trail"]
    assert causes(trail, "invoice-became-payable") == [
        "invoicing/invoice-became-payable",
        "matching/match-decided",
        "ordering/receipt-recorded",
        "command",
    ]
    assert causes(trail, "invoice-presented") == ["invoicing/invoice-presented", "command"]
    assert causes(trail, "order-recorded")[1:] == ["ordering/order-placed", "command"]
    assert all(one["words"] for one in trail)
    named = {f"{one['service']}/{one['id']}" for one in trail}
    decided = [one for one in trail if one["type"] == "match-decided"][-1]
    assert decided["data"]["rests_on"]
    assert set(decided["data"]["rests_on"]) <= named
    whole = operator.says("show", f"{DEPARTMENT}/{SUPPLIER}/{invoice}", "--json").json()
    assert whole["trail"] == trail


def test_an_order_is_shown_with_all_that_came_of_it(operator: Operator, market: Market) -> None:
    order = market.fresh("O")
    paid = trade(market, order)
    market.becomes(paid, "payable")
    held = market.fresh("I")
    market.invoice(held, order, billed("1", "1", "99.99"))
    market.becomes(held, "held", ["QTY_OVER_RECEIVED", "QTY_OVER_ORDERED", "PRICE_OVER"])
    said = operator.says("show", order, "--json")
    assert said.code == 0, said.err
    states = {one["invoice"]: one["state"] for one in said.json()["invoices"]}
    assert sorted(states.values()) == ["held", "payable"]
    assert {one["service"] for one in said.json()["trail"]} == set(SERVICES)
    assert operator.says("show", key_of(order), "--json").json()["trail"] == said.json()["trail"]
    text = operator.says("show", order).out
    assert paid in text
    assert held in text


def test_what_nobody_knows_is_said_to_be_unknown(operator: Operator, market: Market) -> None:
    said = operator.says("show", market.fresh("unknown"))
    assert said.code == 1
    assert "No service knows" in said.err


def test_a_rebuilt_view_is_the_view_that_lived(
    operator: Operator, market: Market, stack: Stack
) -> None:
    invoices = [trade(market, market.fresh("O")) for _ in range(6)]
    for invoice in invoices:
        market.becomes(invoice, "payable")
    quiet(market)
    before = rows(stack, market)
    assert set(before) == set(DAMAGE)
    assert all(len(found) > 5 for found in before.values())
    damage(stack, market)
    damaged = rows(stack, market)
    assert all(damaged[view] != before[view] for view in before)
    for view, service in views(market).items():
        said = operator.says("rebuild", f"{service}/{view}", "--json")
        assert said.code == 0, said.err
        lines = [json.loads(line) for line in said.out.splitlines()]
        assert lines[-1]["done"] is True
        assert lines[-1]["facts"] > 0
        assert [line["lane"] for line in lines[:-1]] == list(range(24))
    assert rows(stack, market) == before


def test_a_view_that_is_rebuilt_while_people_work_misses_nothing(
    operator: Operator, market: Market, stack: Stack
) -> None:
    over = Event()

    def work() -> list[str]:
        done: list[str] = []
        while not over.is_set():
            done.append(trade(market, market.fresh("O")))
            over.wait(0.2)
        return done

    with ThreadPoolExecutor(2) as pool:
        working = [pool.submit(work) for _ in range(2)]
        try:
            for view, service in views(market).items():
                assert operator.says("rebuild", f"{service}/{view}").code == 0
        finally:
            over.set()
    invoices = [invoice for one in working for invoice in one.result()]
    assert len(invoices) > 10
    for invoice in invoices:
        market.becomes(invoice, "payable")
    quiet(market)
    live = rows(stack, market)
    for view, service in views(market).items():
        assert operator.says("rebuild", f"{service}/{view}").code == 0
    assert rows(stack, market) == live


def test_a_view_that_is_not_there_is_named_with_those_that_are(operator: Operator) -> None:
    said = operator.says("rebuild", "nothing")
    assert said.code == 2
    assert all(f"/{view}" in said.err for view in DAMAGE)


def test_nothing_is_parked(operator: Operator) -> None:
    assert operator.says("parked", "list").out == "Nothing is parked.\n"
    assert operator.says("parked", "list", "--json").json() == {"parked": []}


def test_what_is_parked_is_listed_shown_and_released(matching: Stack) -> None:
    operator, market = Operator(matching.file), Market(matching.file)
    ordering = Forger(matching.infrastructure.kafka.bootstrap, "ordering")
    order = market.fresh("O")
    bad = replace(ordering.message(placed(order)), value=b'{"not": "an order"}')
    ordering.send(bad, ordering.message(received(order, "R")))
    until(lambda: len(rows_parked(matching, "matching", key_of(order))) == 2, lambda: "both wait")
    listed = operator.says("parked", "list", "--service", "matching", "--json")
    assert listed.code == 0, listed.err
    first, behind = listed.json()["parked"]
    assert [one["reason"] for one in (first, behind)] == ["payload", "behind"]
    text = operator.says("parked", "list", "--service", "matching").out
    assert key_of(order) in text
    shown = operator.says("parked", "show", f"matching/{first['id']}", "--json").json()
    assert shown["value"] == '{"not": "an order"}'
    assert shown["headers"]["ce_type"] == "nl.inkoop.order.placed.v1"
    released = operator.says("parked", "release", f"matching/{first['id']}")
    assert released.code == 0, released.err
    assert "1 message will be tried again" in released.out
    until(
        lambda: rows_parked(matching, "matching", key_of(order))[0]["attempts"] == 2,
        lambda: "it was tried",
    )
    assert len(rows_parked(matching, "matching", key_of(order))) == 2
    assert operator.says("parked", "show", "matching/999999").code == 1
