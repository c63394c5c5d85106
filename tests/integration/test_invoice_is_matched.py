"""The front-door stories: order, receipt, invoice, match, payable, whichever comes first."""

import pytest
from story_market import DEPARTMENT, SUPPLIER, Market, billed, line

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


def test_an_invoice_for_what_was_ordered_and_received_becomes_payable(market: Market) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    assert market.place_order(order).status_code == 201
    assert market.receive(order, L1="10").status_code == 201
    assert market.invoice(invoice, order).status_code == 201
    shown = market.becomes(invoice, "payable")
    assert shown["matches"][0]["outcome"] == "matched"
    trail = market.trail(invoice=f"{DEPARTMENT}/{SUPPLIER}/{invoice}")
    kinds = [entry["type"] for entry in trail]
    assert {"order-recorded", "invoice-received", "match-decided"} < set(kinds)
    assert kinds[-1] == "invoice-became-payable"
    assert kinds.count("invoice-became-payable") == 1


@pytest.mark.parametrize("arrival", ["ORI", "OIR", "ROI", "RIO", "IOR", "IRO"])
def test_whichever_comes_first_the_outcome_is_the_same(market: Market, arrival: str) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    for what in arrival:
        if what == "O":
            market.place_order(order)
        elif what == "R":
            market.receive(order, L1="10")
        else:
            market.invoice(invoice, order)
    market.becomes(invoice, "payable")


def test_an_invoice_before_its_order_waits_and_is_shown(market: Market) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    market.invoice(invoice, order)
    market.becomes(invoice, "waiting", ["NO_ORDER_YET"])
    market.receive(order, L1="10")
    market.place_order(order)
    market.becomes(invoice, "payable")


def test_a_late_receipt_releases_what_was_held(market: Market) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    market.place_order(order)
    market.receive(order, L1="4")
    market.receipts_matched(order)
    market.invoice(invoice, order)
    held = market.becomes(invoice, "held", ["QTY_OVER_RECEIVED"])
    market.receive(order, L1="6")
    paid = market.becomes(invoice, "payable")
    key = f"{DEPARTMENT}/{order}|{DEPARTMENT}/{SUPPLIER}/{invoice}"
    assert held["matches"][0]["decision"] == f"{key}|1"
    assert paid["matches"][0]["decision"] == f"{key}|2"
    decided = [
        (entry["data"]["number"], entry["data"]["outcome"])
        for entry in market.trail(invoice=f"{DEPARTMENT}/{SUPPLIER}/{invoice}")
        if entry["type"] == "match-decided"
    ]
    assert decided == [(1, "held"), (2, "matched")]


def test_a_price_too_high_is_held_with_its_limit_and_what_was_asked(market: Market) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    market.place_order(order)
    market.receive(order, L1="10")
    market.invoice(invoice, order, billed("1", "10", "19.99"))
    market.becomes(invoice, "held", ["PRICE_OVER"])
    answer = market.get("matching", "/v1/decisions", department=DEPARTMENT, outcome="held")
    [mine] = [one for one in answer.json()["decisions"] if one["invoice"] == invoice]
    [finding] = mine["findings"]
    assert (finding["code"], finding["actual"]) == ("PRICE_OVER", "19.99")
    assert finding["limit"] is not None


def test_partial_deliveries_and_invoices_add_up(market: Market) -> None:
    order = market.fresh("O")
    first, second, third = (market.fresh("I") for _ in range(3))
    market.place_order(order)
    market.receive(order, L1="6")
    market.invoice(first, order, billed("1", "4", "12.50"))
    market.becomes(first, "payable")
    market.invoice(second, order, billed("1", "4", "12.50"))
    market.becomes(second, "held", ["QTY_OVER_RECEIVED"])
    market.receive(order, L1="4")
    market.becomes(second, "payable")
    market.invoice(third, order, billed("1", "3", "12.50"))
    market.becomes(third, "held", ["QTY_OVER_RECEIVED", "QTY_OVER_ORDERED"])


def test_a_credit_note_makes_room(market: Market) -> None:
    order, invoice, credit, second = (market.fresh(x) for x in ("O", "I", "C", "I"))
    market.place_order(order)
    market.receive(order, L1="10")
    market.invoice(invoice, order)
    market.becomes(invoice, "payable")
    market.invoice(second, order, billed("1", "2", "12.50"))
    market.becomes(second, "held", ["QTY_OVER_RECEIVED", "QTY_OVER_ORDERED"])
    credited = market.invoice(credit, order, billed("1", "2", "12.50"), type="credit-note")
    assert credited.status_code == 201
    market.becomes(credit, "payable")
    market.becomes(second, "payable")


def test_an_invoice_over_two_orders_is_payable_when_both_have_matched(market: Market) -> None:
    one, two, invoice = market.fresh("O"), market.fresh("O"), market.fresh("I")
    market.place_order(one)
    market.place_order(two)
    market.receive(one, L1="10")
    lines = [
        {**billed("1", "10", "12.50", order=one), "line": "1"},
        {**billed("1", "10", "12.50", order=two), "line": "2"},
    ]
    market.invoice(invoice, None, *lines)
    market.becomes(invoice, "held", ["QTY_OVER_RECEIVED"])
    market.receive(two, L1="10")
    shown = market.becomes(invoice, "payable")
    assert {match["order_number"] for match in shown["matches"]} == {one, two}


def test_an_invoice_that_names_no_order_is_held_and_asks(market: Market) -> None:
    invoice = market.fresh("I")
    assert market.invoice(invoice, None).status_code == 201
    market.becomes(invoice, "held", ["NO_ORDER_REFERENCE"])


def test_the_same_bytes_get_the_same_answer_and_others_are_a_duplicate(market: Market) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    first = market.invoice(invoice, order)
    again = market.invoice(invoice, order)
    other = market.invoice(invoice, order, billed("1", "9", "12.50"))
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.json()["document"]["events"] == first.json()["document"]["events"]
    assert other.json()["code"] == "DUPLICATE"
    assert len(market.state_of(invoice)["duplicate_documents"]) == 1


def test_another_currency_than_the_orders_is_held(market: Market) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    market.place_order(order, line("1", "10", "12.50"))
    market.receive(order, L1="10")
    market.invoice(invoice, order, currency="USD")
    market.becomes(invoice, "held", ["CURRENCY_MISMATCH"])
