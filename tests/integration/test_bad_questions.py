"""Questions that cannot be meant: every one gets an answer that says so, and none is a bug."""

import httpx
import pytest
from story_market import CALLER, DEPARTMENT, Market

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
BIG = "9" * 30
ORDERS, INVOICES = f"/v1/orders/{DEPARTMENT}", f"/v1/invoices/{DEPARTMENT}"


@pytest.mark.parametrize(
    ("service", "path", "status"),
    [
        ("ordering", f"{ORDERS}/%FF", 404),
        ("ordering", f"{ORDERS}/" + "x" * 3000, 404),
        ("ordering", "/v1/orders/123/1", 400),
        ("ordering", "/v1/orders?limit=501", 400),
        ("ordering", f"/v1/orders?limit={BIG}", 400),
        ("ordering", "/v1/trail", 400),
        ("invoicing", "/v1/invoices?state=paid", 400),
        ("invoicing", "/v1/trail?order=1&invoice=1", 400),
        ("invoicing", "/v1/originals/%00", 400),
        ("invoicing", f"/v1/originals/{'0' * 64}", 404),
        ("matching", "/v1/decisions?department=%00", 400),
        ("matching", "/v1/views/%00/rebuilds", 405),
        ("matching", "/v1/parked/x", 400),
        ("matching", "/v1/parked?limit=0", 400),
        ("matching", "/v1/nothing", 404),
        ("ordering", f"{ORDERS}/%00", 400),
        ("ordering", "/v1/orders?after=%00", 400),
        ("ordering", "/v1/trail?order=%00", 400),
        ("invoicing", f"{INVOICES}/0106:1/%00", 400),
        ("invoicing", f"{INVOICES}/%00/1", 400),
        ("invoicing", "/v1/invoices?after=%00", 400),
        ("invoicing", "/v1/trail?invoice=%00", 400),
        ("matching", "/v1/decisions?after=%00", 400),
        ("matching", "/v1/trail?order=%00", 400),
    ],
)
def test_a_question_that_cannot_be_meant_is_told_so(
    market: Market, service: str, path: str, status: int
) -> None:
    answer = httpx.get(market.url(service) + path, headers=CALLER, timeout=20)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"].isupper()


def test_what_is_not_there_yet_is_an_empty_page(market: Market) -> None:
    assert market.get("matching", "/v1/parked", after=BIG).json()["parked"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"ids": [1], "topic": "a", "key": "b"}',
        b'{"ids": [%s]}' % BIG.encode(),
        b'{"ids": [0]}',
    ],
)
def test_a_release_that_names_nothing_is_refused(market: Market, body: bytes) -> None:
    answer = market.post("matching", body, "application/json", "/v1/parked/releases")
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")


@pytest.mark.parametrize(
    "body",
    [
        b'{"ids": [123456789]}',
        b'{"topic": "inkoop.ordering", "key": "nobody"}',
    ],
)
def test_a_release_of_what_is_not_parked_releases_nothing(market: Market, body: bytes) -> None:
    answer = market.post("matching", body, "application/json", "/v1/parked/releases")
    assert (answer.status_code, answer.json()) == (200, {"released": 0})


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Organisation": "1"},
        {"X-Organisation": ""},
        {"X-Actor": "Jan de Vries"},
        {"X-Actor": "x" * 101},
        {"X-Correlation-Id": "a b"},
        {"Idempotency-Key": "a b"},
        {"Idempotency-Key": "x" * 256},
    ],
)
def test_a_header_that_is_wrong_is_named(market: Market, changed: dict[str, str]) -> None:
    answer = market.post("ordering", b"{}", "application/json", "/v1/orders", **changed)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    [name] = changed
    [error] = answer.json()["errors"]
    assert error["location"].lower() == f"header/{name.lower()}"


@pytest.mark.parametrize(
    ("header", "value", "status", "code"),
    [
        ("Host", "inkoop.example", 421, "UNKNOWN_HOST"),
        ("Sec-Fetch-Site", "cross-site", 403, "CROSS_SITE"),
    ],
)
def test_a_request_through_somebody_elses_page_goes_nowhere(
    market: Market, header: str, value: str, status: int, code: str
) -> None:
    url = market.url("ordering") + "/v1/orders"
    answer = httpx.get(url, headers={**CALLER, header: value}, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
