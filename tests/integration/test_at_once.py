"""The same document many times at once, at both replicas: one of them does it, all are answered."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from threading import Barrier

import httpx
import pytest
from story_market import CALLER, Market, invoice_form
from story_papers import ubl_invoice
from story_topics import Record, once, read_topics

from inkoop_local.stack import Stack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
SENDERS = 20


def at_once(urls: list[str], bodies: list[bytes], media_type: str) -> list[httpx.Response]:
    """All bodies at the same moment, each from a thread of its own, to the replicas in turn."""
    start = Barrier(len(bodies))
    headers = {**CALLER, "Content-Type": media_type}

    def send(url: str, body: bytes) -> httpx.Response:
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            client.get("/livez")
            start.wait(30)
            return client.post("/v1/documents", content=body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, cycle(urls), bodies))


def told_of(stack: Stack, topics: list[str], invoice: str) -> list[Record]:
    """What these topics say of an invoice, without what a relay sent again."""
    records = once(read_topics(stack.infrastructure.kafka.bootstrap, topics))
    return [one for one in records if json.loads(one.value).get("invoice") == invoice]


def as_json(market: Market, invoice: str, order: str) -> bytes:
    """An invoice in JSON."""
    return json.dumps(invoice_form(invoice, order)).encode()


def as_xml(market: Market, invoice: str, order: str) -> bytes:
    """The same in NLCIUS."""
    return ubl_invoice(invoice, order)


@pytest.mark.parametrize(
    ("write", "media_type"), [(as_json, "application/json"), (as_xml, "application/xml")]
)
def test_one_document_from_20_senders_is_received_once(
    market: Market, stack: Stack, write: Callable[[Market, str, str], bytes], media_type: str
) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    market.place_order(order)
    market.receive(order, L1="10")
    market.receipts_matched(order)
    body = write(market, invoice, order)
    answers = at_once(market.urls("invoicing"), [body] * SENDERS, media_type)
    assert Counter(one.status_code for one in answers) == {201: 1, 200: SENDERS - 1}
    assert len({tuple(one.json()["document"]["events"]) for one in answers}) == 1
    market.becomes(invoice, "payable")
    market.all_told("invoicing")
    told = told_of(stack, ["inkoop.invoicing", "inkoop.invoicing.presented"], invoice)
    assert Counter(one.headers["ce_type"] for one in told) == {
        "nl.inkoop.invoice.received.v1": 1,
        "nl.inkoop.invoice.presented.v1": 1,
        "nl.inkoop.invoice.became-payable.v1": 1,
    }
    assert answers[0].json()["document"]["events"][0] in {one.headers["ce_id"] for one in told}
    assert market.state_of(invoice)["duplicate_documents"] == []


def test_20_documents_with_one_number_leave_one_in_force_and_keep_the_others(
    market: Market, stack: Stack
) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    market.place_order(order)
    market.receive(order, L1="10")
    market.receipts_matched(order)
    body = as_json(market, invoice, order)
    bodies = [body + b" " * n for n in range(SENDERS)]
    answers = at_once(market.urls("invoicing"), bodies, "application/json")
    assert Counter(one.status_code for one in answers) == {201: 1, 409: SENDERS - 1}
    assert {one.json()["code"] for one in answers if one.is_error} == {"DUPLICATE"}
    shown = market.becomes(invoice, "payable")
    assert (shown["duplicates"], len(shown["duplicate_documents"])) == (SENDERS - 1, SENDERS - 1)
    for sha256 in (shown["document"], *shown["duplicate_documents"]):
        assert market.get("invoicing", f"/v1/originals/{sha256}").content in bodies
    market.all_told("invoicing")
    told = told_of(stack, ["inkoop.invoicing"], invoice)
    assert Counter(one.headers["ce_type"] for one in told) == {
        "nl.inkoop.invoice.received.v1": 1,
        "nl.inkoop.invoice.duplicated.v1": SENDERS - 1,
        "nl.inkoop.invoice.became-payable.v1": 1,
    }
