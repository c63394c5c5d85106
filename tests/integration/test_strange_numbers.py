"""Strange numbers over HTTP, of goods and of documents: refused by name, or kept as they are."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from story_answers import JSON, XML, goes_on, order_body, rules, told
from story_market import CALLER, Market, billed, line
from story_papers import ubl_invoice, ubl_order

from inkoop_documents.testing import an_invoice_line, an_order_line

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(120),
    pytest.mark.usefixtures("unharmed", "no_bug"),
]
CONTROLS = {
    "a NUL": "\0",
    "an escape": "\x1b",
    "a line end": "\n",
    "a tab": "\t",
    "text from right to left": "\u202e",
    "a line separator": "\u2028",
    "a space without width": "\u200b",
    "half a character": "\ud800",
}


def test_a_negative_quantity_on_an_order_or_receipt_is_refused(market: Market) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    placed = market.place_order(order, line("1", "-10", "12.50"))
    assert told(placed) == (400, "NEGATIVE_QUANTITY")
    as_xml = market.post("ordering", ubl_order(order, an_order_line("1", "-10")), XML)
    assert as_xml.status_code == 400
    assert "INKOOP-NEGATIVE" in rules(as_xml)
    assert told(market.receive(order, L1="-1")) == (400, "NEGATIVE_QUANTITY")
    assert market.order(order) == {}
    goes_on(market, order, invoice)


@pytest.mark.parametrize("form", ["json", "ubl"])
def test_a_negative_quantity_on_an_invoice_line_lowers_what_is_invoiced(
    market: Market, form: str
) -> None:
    order, first, second, third = (market.fresh(x) for x in "OIII")
    market.place_order(order)
    market.receive(order, L1="10")
    if form == "ubl":
        lines = (an_invoice_line("1", "10"), an_invoice_line("2", "-2", order_line="1"))
        answer = market.post("invoicing", ubl_invoice(first, order, *lines), XML)
    else:
        back = {**billed("1", "-2", "12.50"), "line": "2"}
        answer = market.invoice(first, order, billed("1", "10", "12.50"), back)
    assert answer.status_code == 201
    assert market.becomes(first, "payable")["net"] == "100.00"
    market.invoice(second, order, billed("1", "2", "12.50"))
    market.becomes(second, "payable")
    market.invoice(third, order, billed("1", "1", "12.50"))
    market.becomes(third, "held", ["QTY_OVER_RECEIVED", "QTY_OVER_ORDERED"])


def test_a_price_with_11_decimals_is_refused_and_one_with_10_is_kept_exactly(
    market: Market,
) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    ten, eleven = "0.1234567891", "0.12345678912"
    assert told(market.place_order(order, line("1", "10", eleven))) == (400, "TOO_MANY_DECIMALS")
    as_xml = market.post("ordering", ubl_order(order, an_order_line("1", "10", eleven)), XML)
    assert told(as_xml) == (400, "INKOOP-DECIMALS")
    market.place_order(order, line("1", "10", ten))
    market.receive(order, L1="10")
    refused = market.invoice(invoice, order, billed("1", "10", eleven))
    assert told(refused) == (400, "TOO_MANY_DECIMALS")
    as_xml = market.post(
        "invoicing", ubl_invoice(invoice, order, an_invoice_line("1", "10", eleven)), XML
    )
    assert told(as_xml) == (400, "INKOOP-DECIMALS")
    assert market.state_of(invoice) == {}
    market.invoice(invoice, order, billed("1", "10", ten))
    assert market.becomes(invoice, "payable")["presented"][0]["lines"][0]["price"] == ten


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e3", "1_000", "١", "", " 1", "0x1"])
def test_what_is_no_number_is_refused(market: Market, number: str) -> None:
    order = market.fresh("O")
    answer = market.place_order(order, line("1", number, "12.50"))
    assert told(answer) == (400, "INVALID_INPUT")
    assert answer.json()["findings"][0]["location"] == "/lines/0/quantity"


def test_an_invoice_in_another_currency_is_held_and_the_next_goes_on(market: Market) -> None:
    order, foreign, own = market.fresh("O"), market.fresh("I"), market.fresh("I")
    market.place_order(order, line("1", "20", "12.50"))
    market.receive(order, L1="20")
    assert market.invoice(foreign, order, currency="USD").status_code == 201
    held = market.becomes(foreign, "held", ["CURRENCY_MISMATCH"])
    assert held["currency"] == "USD"
    market.invoice(own, order)
    market.becomes(own, "payable")


def test_the_same_idempotency_key_with_another_body_is_a_conflict(market: Market) -> None:
    order, other, key = market.fresh("O"), market.fresh("O"), market.fresh("key")

    def place(number: str) -> httpx.Response:
        body = order_body(number)
        return market.post("ordering", body, JSON, "/v1/orders", **{"Idempotency-Key": key})

    first, again, conflict = place(order), place(order), place(other)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["document"]["events"] == first.json()["document"]["events"]
    assert told(conflict) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert market.order(other) == {}


def test_one_idempotency_key_at_both_replicas_at_once_does_one_thing(market: Market) -> None:
    orders, key = [market.fresh("O") for _ in range(12)], market.fresh("key")
    headers = {**CALLER, "Content-Type": JSON, "Idempotency-Key": key}
    urls = market.urls("ordering")

    def place(n: int) -> httpx.Response:
        url = urls[n % 2] + "/v1/orders"
        return httpx.post(url, content=order_body(orders[n]), headers=headers, timeout=30)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(place, range(12)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 11]
    there = [order for order in orders if market.order(order)]
    assert len(there) == 1
    assert answers[orders.index(there[0])].status_code == 201


@pytest.mark.parametrize("char", CONTROLS.values(), ids=CONTROLS.keys())
def test_a_number_with_a_character_that_people_cannot_see_is_refused(
    market: Market, char: str
) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    answers = [
        market.place_order(order + char + "1"),
        market.invoice(invoice + char + "1", order),
        market.invoice(invoice, order + char + "1"),
    ]
    assert [told(answer) for answer in answers] == [(400, "INVALID_INPUT")] * 3
    line_of = billed("1", "1", "1.00")
    in_lines = market.invoice(invoice, order, {**line_of, "line": f"1{char}1"})
    assert told(in_lines) in {(400, "BAD_REFERENCE"), (400, "INVALID_INPUT")}
    goes_on(market, order, invoice)


@pytest.mark.parametrize("char", ["\n", "\u202e", "\u2028", "\u200b"])
def test_such_a_number_in_xml_is_refused_too(market: Market, char: str) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    answers = [
        market.post("ordering", ubl_order(order + char + "1"), XML),
        market.post("invoicing", ubl_invoice(invoice + char + "1", order), XML),
        market.post("invoicing", ubl_invoice(invoice, order + char + "1"), XML),
    ]
    assert [told(answer) for answer in answers] == [(400, "INKOOP-TEXT")] * 3
    goes_on(market, order, invoice)


@pytest.mark.parametrize("form", ["json", "ubl"])
@pytest.mark.parametrize(
    "shape",
    ["{}/2026/../7", "{} 17 (rest)", "{}%2F?#&=;", "{}/", "{}-" + "x" * 200, "{}|'\"<&>\\", "{}-é"],
)
def test_numbers_as_people_write_them_are_accepted_and_found_again(
    market: Market, form: str, shape: str
) -> None:
    order, invoice = (shape.format(market.fresh(x))[:200] for x in "OI")
    if form == "ubl":
        placed = market.post("ordering", ubl_order(order), XML)
        charged = market.post("invoicing", ubl_invoice(invoice, order), XML)
    else:
        placed, charged = market.place_order(order), market.invoice(invoice, order)
    assert (placed.status_code, charged.status_code) == (201, 201)
    market.receive(order, L1="10")
    shown = market.becomes(invoice, "payable")
    assert (shown["number"], shown["orders"]) == (invoice, [order])
    assert market.order(order)["number"] == order
    assert {"order-placed", "match-decided"} < {one["type"] for one in market.trail(order=order)}
    trail = market.get("invoicing", "/v1/trail", invoice=charged.json()["document"]["key"])
    assert trail.json()["entries"][0]["type"] == "invoice-received"


def test_a_number_of_201_characters_is_refused(market: Market) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    assert told(market.place_order(order.ljust(201, "x"))) == (400, "INVALID_INPUT")
    assert told(market.invoice(invoice.ljust(201, "x"), order)) == (400, "INVALID_INPUT")
    long_one = market.post("invoicing", ubl_invoice(invoice.ljust(201, "x"), order), XML)
    assert told(long_one) == (400, "INKOOP-LENGTH")
    goes_on(market, order, invoice)


COMPOSED, DECOMPOSED = "\u00e9", "e\u0301"


@pytest.mark.parametrize("first", ["json", "ubl"])
@pytest.mark.parametrize("then", ["json", "ubl"])
def test_one_number_written_in_two_ways_of_unicode_is_one_number(
    market: Market, first: str, then: str
) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    market.place_order(order + COMPOSED)
    market.receive(order + DECOMPOSED, L1="10")

    def send(form: str, char: str) -> httpx.Response:
        if form == "json":
            return market.invoice(invoice + char, order + char)
        return market.post("invoicing", ubl_invoice(invoice + char, order + char), XML)

    assert send(first, DECOMPOSED).status_code == 201
    assert told(send(then, COMPOSED)) == (409, "DUPLICATE")
    shown = market.becomes(invoice + COMPOSED, "payable")
    assert (shown["number"], shown["orders"]) == (invoice + COMPOSED, [order + COMPOSED])
    assert market.state_of(invoice + DECOMPOSED) == shown
    assert market.order(order + DECOMPOSED)["number"] == order + COMPOSED


def test_an_order_in_xml_has_one_number_too_however_it_is_written(market: Market) -> None:
    order = market.fresh("O")
    assert market.post("ordering", ubl_order(order + DECOMPOSED), XML).status_code == 201
    assert told(market.place_order(order + COMPOSED)) == (409, "DUPLICATE")
