"""Rendered invoices: UBL that the schema accepts and reads back equal, HTML that is safe."""

from dataclasses import replace
from decimal import Decimal

import pytest

from inkoop_documents import Invoice, read, render_html, render_ubl
from inkoop_documents.model import Adjustment, Identifier, Party, VatShare
from inkoop_documents.testing import (
    a_credit_note,
    an_invoice,
    an_invoice_line,
    ohnl_invoice,
)

RICH = an_invoice(
    lines=(
        an_invoice_line("1", "3", "0.1234567891"),
        an_invoice_line("2", "-1.5", "100", time_card="4711#2"),
        an_invoice_line("3", "1", "50", vat_category="E", vat_rate=Decimal(0)),
    ),
    adjustments=(
        Adjustment(
            charge=False,
            amount=Decimal("2.50"),
            reason="Korting",
            percent=Decimal(5),
            base=Decimal("50.00"),
            vat_category="S",
            vat_rate=Decimal(21),
        ),
        Adjustment(
            charge=True,
            amount=Decimal("7.95"),
            reason="Bezorging",
            vat_category="S",
            vat_rate=Decimal(21),
        ),
    ),
    prepaid=Decimal("1.00"),
    contract="C-1",
    buyer_reference="afd. 3",
    terms="30 dagen",
    notes=("Met dank",),
)


def the_invoice(data: bytes) -> Invoice:
    document = read(data).document
    assert isinstance(document, Invoice)
    return document


@pytest.mark.parametrize("written", [an_invoice(), a_credit_note(), RICH])
def test_what_is_rendered_reads_back_equal(written: Invoice) -> None:
    result = read(render_ubl(written))
    assert result.findings == ()
    assert result.document == written


def test_an_invoice_of_another_format_is_rendered_too() -> None:
    found = the_invoice(ohnl_invoice(an_invoice()))
    page, ubl = render_html(found), render_ubl(found)
    assert "F-2026-001" in page
    assert b"<cbc:ID>F-2026-001</cbc:ID>" in ubl


def test_html_is_in_dutch_or_english() -> None:
    dutch, english = render_html(RICH), render_html(RICH, "en")
    assert '<html lang="nl">' in dutch
    assert "Factuur F-2026-001" in dutch
    assert "0,1234567891" in dutch
    assert "-1,5" in dutch
    assert '<html lang="en">' in english
    assert "Invoice F-2026-001" in english
    assert "0.1234567891" in english
    assert "09-11-2026" in dutch
    assert "09 November 2026" in english


def test_money_in_html_has_cents_and_separators() -> None:
    line = an_invoice_line("1", "1000", "1234.5")
    page = render_html(an_invoice(lines=(line,)))
    assert "1.234.500,00" in page
    assert "1,234,500.00" in render_html(an_invoice(lines=(line,)), "en")


def test_a_credit_note_says_that_it_credits() -> None:
    page = render_html(a_credit_note())
    assert "Creditnota C-2026-001" in page
    assert "Te crediteren" in page
    assert "Te betalen" not in page


def test_text_of_a_document_is_shown_as_text() -> None:
    attack = '"><script>alert(1)</script>{{ 7 * 7 }}'
    line = an_invoice_line("1", description=attack)
    page = render_html(an_invoice(attack, lines=(line,), notes=(attack,), terms=attack))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7 * 7 }}" in page


def test_an_invoice_without_details_can_be_shown() -> None:
    supplier = Party(registration=Identifier(value="60451258", scheme="0106"))
    bare = an_invoice(supplier=supplier, buyer=Party(), due=None, order=None, payment=())
    page = render_html(replace(bare, vat=()))
    assert "0106:60451258" in page
    assert "None" not in page


def test_a_share_without_a_rate_is_shown_without_one() -> None:
    share = VatShare(taxable=Decimal(125), tax=Decimal(0), category="O", exemption="Buiten btw")
    page = render_html(replace(an_invoice(), vat=(share,)))
    assert "(Buiten btw)" in page
    assert "None" not in page
