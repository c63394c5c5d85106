import json
import threading
from typing import Any

import pytest

from inkoop_cli.testing import DEPARTMENT, SUPPLIER, Doubles, Inkoop

ORDER = f"{DEPARTMENT}/4500"
INVOICE = f"{DEPARTMENT}/{SUPPLIER}/F-1"


def entry(service: str, sequence: int, kind: str, second: int, **more: Any) -> dict[str, Any]:
    return {
        "service": service,
        "id": f"3-{sequence}",
        "lane": 3,
        "sequence": sequence,
        "type": kind,
        "key": more.pop("key", INVOICE),
        "version": sequence,
        "recorded_at": f"2026-11-24T09:00:{second:02}.250000+00:00",
        "occurred_at": f"2026-11-24T09:00:{second:02}+00:00",
        "cause": more.pop("cause", "command/abc"),
        "actor": "anneke",
        "organisation": DEPARTMENT,
        "correlation": "c-1",
        "trace_id": None,
        "of": more.pop("of", [ORDER, "4500", INVOICE, "F-1"]),
        "data": more,
    }


PRICE_OVER = {
    "code": "PRICE_OVER",
    "rule": "price",
    "line": "1",
    "order_line": "10",
    "limit": "12.50",
    "actual": "13.50",
    "excess": "1.00",
}


@pytest.fixture
def story(doubles: Doubles) -> Doubles:
    """An invoice too high in price, held; then nothing."""
    held = {"outcome": "held", "codes": ["PRICE_OVER"], "order": "4500"}
    decided = {"outcome": "held", "invoice": "F-1", "number": 2, "policy": "default@1"}
    doubles.ordering.trail = [
        entry("ordering", 1, "order-placed", 1, key=ORDER, of=[ORDER, "4500"])
    ]
    doubles.invoicing.trail = [
        entry("invoicing", 5, "invoice-received", 2, orders=["4500"]),
        entry("invoicing", 6, "invoice-presented", 2, order="4500", lines=[{}, {}]),
        entry("invoicing", 7, "match-noted", 5, cause="matching/3-9", **held),
    ]
    doubles.matching.trail = [
        entry("matching", 8, "order-recorded", 3, key=ORDER, cause="ordering/3-1"),
        entry(
            "matching",
            9,
            "match-decided",
            4,
            key=ORDER,
            cause="invoicing/3-6",
            findings=[PRICE_OVER],
            **decided,
        ),
    ]
    return doubles


def test_every_event_stands_under_its_cause_in_the_order_of_time(
    story: Doubles, inkoop: Inkoop
) -> None:
    answer = json.loads(inkoop("show", INVOICE, "--json").out)
    assert [(line["depth"], line["type"]) for line in answer["trail"]] == [
        (0, "order-placed"),
        (1, "order-recorded"),
        (0, "invoice-received"),
        (0, "invoice-presented"),
        (1, "match-decided"),
        (2, "match-noted"),
    ]


def test_the_form_of_json(story: Doubles, inkoop: Inkoop) -> None:
    answer = json.loads(inkoop("show", INVOICE, "--json").out)
    assert answer["document"] == INVOICE
    assert answer["invoices"] == [
        {
            "invoice": INVOICE,
            "state": "held",
            "reasons": ["PRICE_OVER"],
            "since": "2026-11-24T09:00:05.250000Z",
            "duplicates": 0,
        }
    ]
    assert answer["trail"][-1] == {
        "depth": 2,
        "words": "Noted for order 4500: HELD: PRICE_OVER",
        "reasons": [],
        "service": "invoicing",
        "id": "3-7",
        "lane": 3,
        "sequence": 7,
        "type": "match-noted",
        "key": INVOICE,
        "version": 7,
        "recorded_at": "2026-11-24T09:00:05.250000Z",
        "occurred_at": "2026-11-24T09:00:05Z",
        "cause": "matching/3-9",
        "actor": "anneke",
        "organisation": DEPARTMENT,
        "correlation": "c-1",
        "trace_id": None,
        "data": {"outcome": "held", "codes": ["PRICE_OVER"], "order": "4500"},
    }


def test_people_see_time_service_and_reason(story: Doubles, inkoop: Inkoop) -> None:
    said = inkoop("show", "F-1")
    assert said.code == 0
    assert f"{INVOICE}  HELD" in said.out
    assert "10:00:04.250  matching   Invoice F-1 HELD (policy default@1), decision 2" in said.out
    reason = "PRICE_OVER: the price is above the order's, line 1 (order line 10)"
    assert f"{reason}: found 13.50, limit 12.50, excess 1" in said.out


def test_an_order_is_found_by_its_bare_number_too(story: Doubles, inkoop: Inkoop) -> None:
    by_number = json.loads(inkoop("show", "4500", "--json").out)
    by_key = json.loads(inkoop("show", ORDER, "--json").out)
    assert by_number["trail"] == by_key["trail"]
    assert len(by_key["trail"]) == 6


def test_what_nobody_knows_is_not_as_expected(doubles: Doubles, inkoop: Inkoop) -> None:
    said = inkoop("show", "nothing")
    assert said.code == 1
    assert "No service knows nothing." in said.err


def test_half_a_trail_is_not_shown(
    story: Doubles, inkoop: Inkoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKOOP_MATCHING_URLS", "http://127.0.0.1:1")
    said = inkoop("show", INVOICE)
    assert said.code == 3
    assert "make up" in said.err


def test_follow_waits_until_the_invoice_is_payable(story: Doubles, inkoop: Inkoop) -> None:
    story.invoicing.trail.pop()

    def decide() -> None:
        story.invoicing.trail.append(entry("invoicing", 8, "invoice-became-payable", 9))

    timer = threading.Timer(0.4, decide)
    timer.start()
    said = inkoop("show", INVOICE, "--follow", "--timeout", "20")
    timer.join()
    assert said.code == 0
    assert f"{INVOICE}  PAYABLE" in said.out


def test_follow_says_held_by_its_exit_code(story: Doubles, inkoop: Inkoop) -> None:
    assert inkoop("show", INVOICE, "--follow").code == 1


def test_follow_gives_up_when_the_time_is_up(story: Doubles, inkoop: Inkoop) -> None:
    story.invoicing.trail.pop()
    said = inkoop("show", INVOICE, "--follow", "--timeout", "0.1")
    assert said.code == 1
    assert f"{INVOICE}  RECEIVED" in said.out


def test_a_trail_that_cannot_be_read_is_the_services_fault(story: Doubles, inkoop: Inkoop) -> None:
    story.matching.trail[0]["recorded_at"] = "yesterday"
    said = inkoop("show", INVOICE)
    assert said.code == 4
    assert "A trail cannot be read" in said.err


def test_a_trail_over_several_days_tells_the_day_of_each_event(
    story: Doubles, inkoop: Inkoop
) -> None:
    late = entry("invoicing", 9, "invoice-duplicated", 9)
    late["recorded_at"] = "2026-11-25T23:30:00+00:00"
    story.invoicing.trail.append(late)
    said = inkoop("show", INVOICE)
    assert "Tuesday 24 November 2026 to Thursday 26 November 2026" in said.out
    assert "26-11 00:30:00.000  invoicing  DUPLICATE: another document came as F-1" in said.out
    assert f"{INVOICE}  HELD  1 × DUPLICATE" in said.out


def test_what_looks_like_markup_is_shown_as_it_is(doubles: Doubles, inkoop: Inkoop) -> None:
    said = inkoop("show", "[bold]x[/italic]")
    assert "No service knows [bold]x[/italic]." in said.err
