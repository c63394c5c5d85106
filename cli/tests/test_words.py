from datetime import UTC, datetime
from typing import Any

import pytest

from inkoop_cli.sniff import Kind
from inkoop_cli.submission import Result
from inkoop_cli.trail import Entry
from inkoop_cli.why import why_answered
from inkoop_cli.words import fact_in_words, finding_in_words, match_finding_in_words, number


def fact(kind: str, key: str = "00000003123456780000/4500", /, **data: Any) -> str:
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    told = Entry(service="s", id="1-1", type=kind, key=key, recorded_at=moment, data=data)
    return fact_in_words(told)


@pytest.mark.parametrize(
    ("written", "told"),
    [("418.710", "418.71"), ("20.5", "20.50"), ("431.000", "431"), ("1000", "1000"), (None, "None"),
     ("1E+3", "1E+3"), ("0.0000000001", "0.0000000001")],
)  # fmt: skip
def test_a_number_is_told_without_zeros_that_say_nothing(written: object, told: str) -> None:
    assert number(written) == told


def test_a_finding_says_rule_words_term_and_place() -> None:
    finding = {
        "rule": "BR-CO-16",
        "term": "BT-115",
        "location": "/Invoice",
        "message": {"en": "No."},
    }
    assert finding_in_words(finding) == "BR-CO-16: No. [BT-115, /Invoice]"
    warning = finding | {"severity": "warning", "location": "/", "term": ""}
    assert finding_in_words(warning) == "BR-CO-16 (warning): No."


def test_a_reason_of_matching_says_what_was_found_and_the_limit() -> None:
    finding = {"code": "PRICE_OVER", "rule": "price", "line": "1", "order_line": "2",
               "limit": "418.710", "actual": "431", "excess": "20.5", "notice": False}  # fmt: skip
    assert match_finding_in_words(finding) == (
        "PRICE_OVER: the price is above the order's, line 1 (order line 2):"
        " found 431, limit 418.71, excess 20.50"
    )


def test_a_code_that_we_do_not_know_is_told_as_it_is() -> None:
    assert match_finding_in_words({"code": "NEW_CODE", "notice": True}) == "NEW_CODE (notice)"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            fact("order-placed", supplier="0106:1", lines=[{}]),
            "Order 4500 placed with 0106:1: 1 line",
        ),
        (
            fact("receipt-recorded", receipt="R-1", lines=[{"line": "1", "quantity": "5"}] * 7),
            "Receipt R-1 recorded: " + ", ".join(["5 of line 1"] * 5) + " and 2 lines more",
        ),
        (
            fact("invoice-received", "o/s/F-1", currency="EUR", payable="121.00", orders=["4500"]),
            "Invoice F-1 received: EUR 121.00, on order 4500",
        ),
        (
            fact("invoice-received", "o/s/C-1", kind="credit-note", currency="EUR", payable="9.00"),
            "Credit note C-1 received: EUR 9.00, names no order",
        ),
        (fact("invoice-held", codes=["NO_ORDER_REFERENCE"]), "HELD: NO_ORDER_REFERENCE"),
        (
            fact(
                "match-decided",
                invoice="F-1",
                outcome="matched-with-notice",
                policy="p@1",
                number=1,
            ),
            "Invoice F-1 MATCHED WITH NOTICE (policy p@1)",
        ),
        (fact("contract-signed"), "Contract signed"),
    ],
)
def test_a_fact_is_told_in_one_line(told: str, words: str) -> None:
    assert told == words


@pytest.mark.parametrize(
    "kind",
    ["order-placed", "order-duplicated", "order-recorded", "receipt-recorded", "invoice-received",
     "invoice-presented", "invoice-recorded", "invoice-held", "invoice-duplicated",
     "invoice-became-payable", "match-decided", "match-noted"],
)  # fmt: skip
def test_a_fact_without_what_we_expect_in_it_is_told_all_the_same(kind: str) -> None:
    assert fact(kind)


def test_many_findings_are_cut_short_and_the_code_is_not_said_twice() -> None:
    findings = tuple({"rule": f"R-{n}", "message": {"en": "No."}} for n in range(100))
    result = Result(
        file="f", status="refused", kind=Kind.INVOICE.value, code="R-0", findings=findings
    )
    told = why_answered(result)
    assert told[0] == "R-0: No."
    assert (len(told), told[-1]) == (8, "… and 93 more")
