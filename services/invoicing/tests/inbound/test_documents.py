import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from inkoop_events.values import OrderNumber
from inkoop_events.values.faults import Fault, Faulty
from inkoop_host.findings import explain
from inkoop_host.intake import Document
from inkoop_host.outcomes import NotUnderstood
from inkoop_invoicing.application.invoicing import Invoicing
from inkoop_invoicing.domain.invoice import (
    Invoice,
    InvoiceDuplicated,
    InvoiceFact,
    InvoiceKind,
    InvoicePresented,
    InvoiceReceived,
)
from inkoop_invoicing.inbound.documents import InvoicingReader
from inkoop_kit.desk import Command

UBL = (Path(__file__).parent / "invoice.xml").read_bytes()
DEPARTMENT = "00000001003214345000"
KEY = f"{DEPARTMENT}/0106:12345678/F/1"
COMMAND = Command(
    "id", "print", "jan", DEPARTMENT, "", None, datetime(2026, 11, 24, 12, tzinfo=UTC)
)


def line(**changes: Any) -> dict[str, Any]:
    return {"line": "1", "order_line": "1", "quantity": "3", "unit": "EA", "price": "0.335"} | (
        changes
    )


def invoice(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "type": "invoice",
        "department": DEPARTMENT,
        "supplier": "0106:12345678",
        "invoice": "F/1",
        "issued": "2026-11-05",
        "currency": "EUR",
        "order": "4500/1",
        "lines": lines or [line()],
        "vat": "0.21",
    } | changes


def document(content: dict[str, Any] | bytes) -> Document:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Document("x", "application/json", data, hashlib.sha256(data).hexdigest(), COMMAND)


def reader() -> InvoicingReader:
    return InvoicingReader(Invoicing())


def facts_of(content: dict[str, Any] | bytes) -> list[InvoiceFact]:
    return list(reader().read(document(content)).ask.decide(Invoice()))


def findings_of(content: dict[str, Any] | bytes) -> list[tuple[str, str]]:
    with pytest.raises(NotUnderstood) as why:
        reader().read(document(content))
    return [(finding.rule, finding.location) for finding in why.value.findings]


def test_an_invoice_as_ubl_is_understood() -> None:
    understood = reader().read(document(UBL))
    assert (understood.document, understood.key) == ("invoice", KEY)
    received, presented = understood.ask.decide(Invoice())
    assert isinstance(received, InvoiceReceived)
    assert (received.net, received.vat) == (Decimal("62.50"), Decimal("13.13"))
    assert (received.payable, received.orders) == (Decimal("75.63"), ("4500/1",))
    assert isinstance(presented, InvoicePresented)
    [part] = presented.lines
    assert (part.order_line, part.quantity, part.price) == ("1", 5, Decimal("12.5"))


def test_a_number_in_xml_is_the_one_in_json_however_its_accents_are_written() -> None:
    composed, decomposed = "F/\u00e9", "F/e\u0301"
    as_xml = UBL.replace(b"F/1", decomposed.encode()).replace(b"4500/1", b"e\xcc\x81")
    received, presented = facts_of(as_xml)
    assert isinstance(received, InvoiceReceived)
    assert isinstance(presented, InvoicePresented)
    assert (received.orders, presented.order) == (("\u00e9",), "\u00e9")
    as_json = reader().read(document(invoice(invoice=composed)))
    assert reader().read(document(as_xml)).key == as_json.key


def test_the_bytes_of_a_document_are_kept() -> None:
    [original] = reader().read(document(UBL)).ask.originals
    assert (original.data, original.sha256) == (UBL, hashlib.sha256(UBL).hexdigest())


def test_the_amounts_of_an_invoice_as_json_are_its_lines_and_the_vat() -> None:
    received, _ = facts_of(invoice(line(), line(line="2", quantity="-1", price="0.01")))
    assert isinstance(received, InvoiceReceived)
    assert (received.net, received.payable) == (Decimal("1.00"), Decimal("1.21"))


def test_a_line_may_name_an_order_of_its_own() -> None:
    facts = facts_of(invoice(line(), line(line="2", order="4501")))
    orders = [fact.order for fact in facts if isinstance(fact, InvoicePresented)]
    assert orders == [OrderNumber("4500/1"), OrderNumber("4501")]


def test_a_credit_note_as_json_is_one() -> None:
    understood = reader().read(document(invoice(type="credit-note")))
    received, _ = understood.ask.decide(Invoice())
    assert isinstance(received, InvoiceReceived)
    assert (understood.document, received.kind) == ("credit-note", InvoiceKind.CREDIT_NOTE)


def test_an_amount_that_is_not_quantity_times_price_is_told() -> None:
    assert findings_of(invoice(line(net="1000"))) == [("INVALID_INPUT", "/lines/0")]


@pytest.mark.parametrize(
    "content", [{"type": "order"}, {}, b"[1]", b'{"type": ["invoice"]}', b'{"type": null}']
)
def test_what_is_no_invoice_is_told(content: dict[str, Any] | bytes) -> None:
    assert findings_of(content) == [("UNKNOWN_DOCUMENT", "/type")]


def test_an_order_is_sent_elsewhere() -> None:
    order = Path(__file__).parents[3] / "ordering" / "tests" / "inbound" / "order.xml"
    assert findings_of(order.read_bytes()) == [("UNKNOWN_DOCUMENT", "/")]


def test_malformed_xml_gets_a_finding_with_a_rule() -> None:
    assert findings_of(b"<Invoice")[0][0] == "INKOOP-XML"


def test_a_duplicate_is_told_though_it_is_kept() -> None:
    refused = reader().judge([InvoiceDuplicated(document="bb", first_document="aa")])
    assert refused is not None
    assert refused.code == "DUPLICATE"


def test_an_invoice_that_is_held_at_once_is_told_why() -> None:
    facts = facts_of(invoice(line(), line(line="2", order="4501"), order=None))
    [finding] = reader().notice(facts)
    assert (finding.rule, finding.severity) == ("NO_ORDER_REFERENCE", "warning")
    assert finding.location == "lines[1]"
    assert "geen order" in finding.message.nl


def test_a_fault_is_explained_in_both_languages() -> None:
    [finding] = explain(Faulty((Fault("NO_LINES", "lines"),)), reader().words)
    assert (finding.message.nl, finding.message.en) == (
        "Er zijn geen regels.",
        "There are no lines.",
    )
