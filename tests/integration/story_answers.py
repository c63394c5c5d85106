"""What a service answers to input that is bad, and that its lane goes on after it."""

import json

import httpx
from story_market import Market, order_form

XML, JSON, ZIP = "application/xml", "application/json", "application/zip"


def goes_on(market: Market, order: str, invoice: str) -> None:
    """The same two numbers, so the same lanes, take a good order and a good invoice."""
    assert market.place_order(order).status_code == 201
    assert market.receive(order, L1="10").status_code == 201
    assert market.invoice(invoice, order).status_code == 201
    market.becomes(invoice, "payable")


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and stable code of a problem, which is one by RFC 9457."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def rules(answer: httpx.Response) -> set[str]:
    """The rules of the findings, which speak two languages each."""
    findings = answer.json()["findings"]
    assert all(one["message"]["nl"] and one["message"]["en"] for one in findings)
    return {one["rule"] for one in findings}


def order_body(number: str) -> bytes:
    """An order as JSON, in bytes that are the same each time."""
    return json.dumps(order_form(number)).encode()
