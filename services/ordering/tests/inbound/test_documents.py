import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from inkoop_events.values import LineId
from inkoop_events.values.faults import Fault, Faulty
from inkoop_host.findings import explain
from inkoop_host.intake import Document
from inkoop_host.outcomes import NotUnderstood
from inkoop_kit.desk import Command
from inkoop_kit.streams import Refused
from inkoop_ordering.application.ordering import Ordering
from inkoop_ordering.domain.order import (
    Order,
    OrderDuplicated,
    OrderPlaced,
    ReceiptRecorded,
)
from inkoop_ordering.inbound.documents import OrderingReader

UBL = (Path(__file__).parent / "order.xml").read_bytes()
DEPARTMENT = "00000001003214345000"
ORDER: dict[str, Any] = {
    "type": "order",
    "department": DEPARTMENT,
    "order": "4500/1",
    "supplier": "0106:12345678",
    "currency": "EUR",
    "issued": "2026-11-01",
    "lines": [
        {"line": "1", "quantity": "3", "unit": "EA", "price": "0.335", "description": "Stoel"}
    ],
}
RECEIPT: dict[str, Any] = {
    "type": "receipt",
    "department": DEPARTMENT,
    "order": "4500/1",
    "receipt": "R-1",
    "received": "2026-11-02",
    "lines": [{"line": "1", "quantity": "5"}],
}
COMMAND = Command(
    "id", "print", "jan", DEPARTMENT, "", None, datetime(2026, 11, 24, 12, tzinfo=UTC)
)


def document(content: dict[str, Any] | bytes) -> Document:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    media_type = "application/xml" if isinstance(content, bytes) else "application/json"
    return Document("x", media_type, data, hashlib.sha256(data).hexdigest(), COMMAND)


def reader(expects: str | None = None) -> OrderingReader:
    return OrderingReader(Ordering(), expects)


def rules_of(content: dict[str, Any] | bytes, expects: str | None = None) -> list[str]:
    with pytest.raises(NotUnderstood) as why:
        reader(expects).read(document(content))
    return [finding.rule for finding in why.value.findings]


def test_an_order_as_ubl_is_understood() -> None:
    understood = reader().read(document(UBL))
    assert (understood.document, understood.key) == ("order", f"{DEPARTMENT}/4500/1")
    [fact] = understood.ask.decide(Order())
    assert isinstance(fact, OrderPlaced)
    [line] = fact.lines
    assert (fact.supplier, fact.issued) == ("0106:12345678", date(2026, 11, 1))
    assert (line.quantity, line.price, line.net) == (10, Decimal("12.5"), Decimal("125.00"))
    assert fact.document == hashlib.sha256(UBL).hexdigest()


def test_a_number_in_xml_has_one_form_however_its_accents_are_written() -> None:
    understood = reader().read(document(UBL.replace(b"4500/1", b"e\xcc\x81")))
    assert understood.key == f"{DEPARTMENT}/\u00e9"


def test_the_bytes_of_a_document_are_kept() -> None:
    [original] = reader().read(document(UBL)).ask.originals
    assert (original.data, original.sha256) == (UBL, hashlib.sha256(UBL).hexdigest())


def test_an_order_as_json_gets_its_amounts_half_up_to_the_cent() -> None:
    [fact] = reader().read(document(ORDER)).ask.decide(Order())
    assert isinstance(fact, OrderPlaced)
    assert fact.lines[0].net == Decimal("1.01")


def test_a_receipt_as_json_is_understood() -> None:
    understood = reader().read(document(RECEIPT))
    assert (understood.document, understood.key) == ("receipt", f"{DEPARTMENT}/4500/1")
    [fact] = understood.ask.decide(Order())
    assert isinstance(fact, ReceiptRecorded)
    assert (fact.receipt, fact.lines[0].quantity) == ("R-1", 5)


def test_a_form_that_is_expected_needs_no_type() -> None:
    content = {name: value for name, value in RECEIPT.items() if name != "type"}
    assert reader("receipt").read(document(content)).document == "receipt"


def test_another_form_than_the_expected_is_not_taken() -> None:
    assert rules_of(ORDER, expects="receipt") == ["UNKNOWN_DOCUMENT"]


@pytest.mark.parametrize("content", [{"type": "invoice"}, {}, b"[1]", b'{"type": ["order"]}'])
def test_what_is_no_order_or_receipt_is_told(content: dict[str, Any] | bytes) -> None:
    assert rules_of(content) == ["UNKNOWN_DOCUMENT"]


def test_an_invoice_is_sent_elsewhere() -> None:
    invoice = Path(__file__).parents[3] / "invoicing" / "tests" / "inbound" / "invoice.xml"
    assert rules_of(invoice.read_bytes()) == ["UNKNOWN_DOCUMENT"]


def test_malformed_xml_gets_a_finding_with_a_rule() -> None:
    assert rules_of(b"<Order") == ["INKOOP-XML"]


def test_a_doctype_is_not_allowed() -> None:
    assert rules_of(b"<!DOCTYPE x><x/>") == ["INKOOP-DOCTYPE"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("order", ""),
        ("order", "4500\u0000"),
        ("order", "x" * 201),
        ("supplier", "12345678"),
        ("department", "123"),
        ("currency", "euro"),
        ("issued", "1 November"),
    ],
)
def test_a_field_that_cannot_be_is_told(field: str, value: str) -> None:
    assert rules_of({**ORDER, field: value}) == ["INVALID_INPUT"]


def test_a_duplicate_is_told_though_it_is_kept() -> None:
    refused = reader().judge([OrderDuplicated(document="bb", first_document="aa")])
    assert refused is not None
    assert (refused.code, refused.detail) == ("DUPLICATE", "document aa has this number")


def test_a_receipt_before_its_order_is_noticed() -> None:
    early = reader().read(document(RECEIPT)).ask.decide(Order())
    [finding] = reader().notice(list(early))
    assert (finding.rule, finding.severity) == ("ORDER_NOT_HERE_YET", "warning")


def test_every_fault_is_explained_in_both_languages() -> None:
    faults = (Fault("NEGATIVE_QUANTITY", "quantity", LineId("2")), Fault("NO_LINES", "lines"))
    first, second = explain(Faulty(faults), reader().words)
    assert (first.rule, first.location) == ("NEGATIVE_QUANTITY", 'lines[line="2"].quantity')
    assert (second.rule, second.location) == ("NO_LINES", "lines")
    assert "niet negatief" in first.message.nl
    assert "not negative" in first.message.en


def test_a_refusal_without_words_of_its_own_says_its_detail() -> None:
    [finding] = explain(Refused("ODD", "so it is"), reader().words)
    assert (finding.rule, finding.message.nl) == ("ODD", "so it is")
