"""JSON documents that are wrong: every fault at once, each with its pointer."""

import json
from typing import Any

import pytest

from inkoop_documents import Read, read
from inkoop_documents.testing import an_invoice, an_order, invoice_json, order_json


def rules_by_place(result: Read) -> set[tuple[str, str]]:
    assert result.document is None
    return {(finding.rule, finding.location) for finding in result.findings}


def test_all_faults_are_reported_at_once() -> None:
    lines = [{"line": "1", "quantity": "ten", "unit": "EA", "price": "1.123"}, {"line": "1"}]
    result = read(order_json(an_order(), department="12", issued="2026-02-30", lines=lines))
    assert rules_by_place(result) == {
        ("INKOOP-OIN", "/department"),
        ("INKOOP-DATE", "/issued"),
        ("INKOOP-NUMBER", "/lines/0/quantity"),
        ("INKOOP-LINE-TWICE", "/lines/1/line"),
        ("INKOOP-MISSING", "/lines/1/quantity"),
        ("INKOOP-MISSING", "/lines/1/unit"),
        ("INKOOP-MISSING", "/lines/1/price"),
    }


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("supplier", "60451258", "INKOOP-SUPPLIER"),
        ("supplier", "0106:a/b", "INKOOP-SUPPLIER"),
        ("currency", "euro", "INKOOP-CURRENCY-CODE"),
        ("currency", None, "INKOOP-MISSING"),
        ("order", ["4500"], "INKOOP-KIND"),
        ("order", "", "INKOOP-MISSING"),
        ("order", "9" * 201, "INKOOP-LENGTH"),
        ("order", "a\x00b", "INKOOP-TEXT"),
        ("issued", "20261101", "INKOOP-DATE"),
        ("issued", "2026-11-01T10:00:00", "INKOOP-DATE"),
        ("lines", [], "INKOOP-MISSING"),
        ("lines", {"1": 2}, "INKOOP-KIND"),
        ("lines", [1, 2], "INKOOP-KIND"),
    ],
)
def test_a_wrong_field_is_named(field: str, value: Any, rule: str) -> None:
    found = rules_by_place(read(order_json(an_order(), **{field: value})))
    assert (rule, f"/{field}") in found


@pytest.mark.parametrize("value", ["1e5", "NaN", "Infinity", "1_000", "1,5", "", "½", "٣", "0x1"])
def test_what_python_takes_for_a_number_may_be_none(value: str) -> None:
    lines = [{"line": "1", "quantity": value, "unit": "EA", "price": "1"}]
    found = {rule for rule, _ in rules_by_place(read(order_json(an_order(), lines=lines)))}
    assert found & {"INKOOP-NUMBER", "INKOOP-MISSING"}


def test_a_number_may_be_a_number_and_stays_exact() -> None:
    data = order_json(an_order()).replace(b'"12.50"', b"0.1")
    result = read(data)
    assert result.document is not None
    assert str(result.document.lines[0].price) == "0.1"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"{", "INKOOP-JSON"),
        (b'{"type": NaN}', "INKOOP-JSON"),
        (b"[" * 100_000, "INKOOP-JSON"),
        (b'{"type": "order", "n": ' + b"9" * 5000 + b"}", "INKOOP-MISSING"),
        (b"[]", "INKOOP-TYPE"),
        (b'{"type": "quotation"}', "INKOOP-TYPE"),
        (b'{"type": ["order"]}', "INKOOP-TYPE"),
        (b'{"type": "order", "order": "\xff"}', "INKOOP-ENCODING"),
        (b'{"type": "order", "order": "\\ud800"}', "INKOOP-TEXT"),
    ],
)
def test_what_is_no_json_document_is_named(data: bytes, rule: str) -> None:
    result = read(data)
    assert result.document is None
    assert rule in {finding.rule for finding in result.findings}
    json.dumps([finding.message.nl for finding in result.findings]).encode()


def test_a_line_amount_is_checked_to_the_cent() -> None:
    invoice = json.loads(invoice_json(an_invoice()))
    invoice["lines"][0]["net"] = "125.01"
    assert rules_by_place(read(json.dumps(invoice).encode())) == {
        ("INKOOP-LINE-NET", "/lines/0/net")
    }


def test_the_media_type_decides_what_is_tried() -> None:
    data = order_json(an_order())
    assert read(data, media_type="application/json").document is not None
    [finding] = read(data, media_type="application/xml").findings
    assert finding.rule == "INKOOP-XML"
