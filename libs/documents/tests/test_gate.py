"""Bytes that are no document: each gets a named finding, none a traceback, none much time."""

import time

import pytest

from inkoop_documents import Limits, Severity, read, render_ubl
from inkoop_documents.testing import an_invoice

INVOICE = render_ubl(an_invoice())
ENTITY = b'<!DOCTYPE x [<!ENTITY a "b">]>'


def the_rule(data: bytes, **limits: int) -> str:
    """The one fatal rule that a document breaks."""
    result = read(data, limits=Limits(**limits))
    assert result.document is None
    [finding] = result.findings
    assert finding.severity is Severity.FATAL
    assert finding.message.nl
    assert finding.message.en
    assert "{" not in finding.message.nl + finding.message.en
    return finding.rule


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "INKOOP-EMPTY"),
        (b" \n\t ", "INKOOP-EMPTY"),
        (b"hello", "INKOOP-XML"),
        (b"\x89PNG\r\n\x1a\n", "INKOOP-XML"),
        (INVOICE[:-20], "INKOOP-XML"),
        (INVOICE + b"<more/>", "INKOOP-XML"),
        (INVOICE.decode().encode("utf-16"), "INKOOP-ENCODING"),
        (INVOICE.replace(b"Artikel", b"Art\0kel"), "INKOOP-ENCODING"),
        (INVOICE.replace(b"Artikel", b"Art\xefkel"), "INKOOP-XML"),
        (INVOICE.replace(b"utf-8", b"iso-8859-1"), "INKOOP-ENCODING"),
        (b"<note>text</note>", "INKOOP-ROOT"),
        (b"<Invoice/>", "INKOOP-ROOT"),
        (b'<Catalogue xmlns="urn:x"/>', "INKOOP-ROOT"),
    ],
)
def test_what_is_no_document_is_named(data: bytes, rule: str) -> None:
    assert the_rule(data) == rule


@pytest.mark.parametrize(
    "data",
    [
        ENTITY + b"<x>&a;</x>",
        b"\xef\xbb\xbf<!-- a comment -->\n<?pi x?>" + ENTITY + b"<x/>",
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b'<!DOCTYPE x PUBLIC "a" "http://127.0.0.1/x.dtd"><x/>',
    ],
)
def test_a_doctype_is_refused_wherever_it_may_stand(data: bytes) -> None:
    assert the_rule(data) == "INKOOP-DOCTYPE"


def test_a_text_that_mentions_a_doctype_is_only_text() -> None:
    data = INVOICE.replace(b"<cbc:ID>", b"<!-- <!DOCTYPE x> --><cbc:ID>", 1)
    assert read(data).document == an_invoice()


def test_an_undeclared_entity_is_refused() -> None:
    assert the_rule(INVOICE.replace(b"Artikel", b"&artikel;")) == "INKOOP-XML"


def test_a_byte_order_mark_of_utf_8_does_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + INVOICE).document == an_invoice()


def test_a_comment_inside_a_number_does_not_cut_it() -> None:
    data = INVOICE.replace(b">12.50<", b">12<!-- hidden -->.50<")
    assert read(data).document == an_invoice()


def test_a_document_of_35_megabytes_is_refused_at_once() -> None:
    padded = INVOICE.replace(b"Artikel", b"A" * (35 * 1024 * 1024))
    started = time.process_time()
    assert the_rule(padded) == "INKOOP-SIZE"
    assert time.process_time() - started < 0.1


def test_an_attachment_of_20_megabytes_is_let_through() -> None:
    attached = (
        b"<cac:AdditionalDocumentReference><cbc:ID>A</cbc:ID><cac:Attachment>"
        b'<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="a.pdf">'
        + b"QUFB"
        * (7 * 1024 * 1024 - 5000)
        + b"</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>"
        b"</cac:AdditionalDocumentReference><cac:AccountingSupplierParty>"
    )
    data = INVOICE.replace(b"<cac:AccountingSupplierParty>", attached)
    assert read(data).document == an_invoice()


def test_deep_nesting_is_refused() -> None:
    deep = b"<a>" * 65 + b"</a>" * 65
    assert the_rule(deep) == "INKOOP-DEPTH"
    assert the_rule(b"<a>" * 5000 + b"</a>" * 5000) == "INKOOP-XML"


def test_a_tag_with_many_attributes_is_refused() -> None:
    attributes = b" ".join(b'a%d=">"' % n for n in range(65))
    assert the_rule(b"<a " + attributes + b"/>") == "INKOOP-ATTRIBUTES"


def test_a_hundred_thousand_attributes_cost_no_time() -> None:
    attributes = b" ".join(b'a%d=""' % n for n in range(100_000))
    started = time.process_time()
    assert the_rule(b"<a " + attributes + b"/>") == "INKOOP-ATTRIBUTES"
    assert time.process_time() - started < 2


def test_many_equal_siblings_are_refused() -> None:
    assert the_rule(b"<a>" + b"<b/>" * 20_001 + b"</a>") == "INKOOP-SIBLINGS"


def test_too_many_elements_are_refused_before_they_cost_memory() -> None:
    assert the_rule(b"<a>" + b"<b/>" * 1_500_001 + b"</a>") == "INKOOP-ELEMENTS"


def test_the_limits_can_be_set() -> None:
    assert the_rule(INVOICE, size=1000) == "INKOOP-SIZE"


def test_more_than_ten_thousand_lines_are_a_finding() -> None:
    line = INVOICE[INVOICE.index(b"<cac:InvoiceLine>") : INVOICE.index(b"</Invoice>")]
    result = read(INVOICE.replace(line, line * 10_001))
    assert result.document is None
    assert "INKOOP-LINES" in {finding.rule for finding in result.findings}
