"""Invoices and credit notes of every format, read to the same values."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from inkoop_documents import Invoice, InvoiceKind, Severity, read, render_ubl, take_in
from inkoop_documents.model import Adjustment, Identifier, Party, PrecedingInvoice
from inkoop_documents.testing import (
    DEPARTMENT,
    DEPARTMENT_OIN,
    SUPPLIER,
    a_credit_note,
    an_invoice,
    an_invoice_line,
    ohnl_invoice,
)
from inkoop_events.values import MAX_NUMBER_LENGTH

PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


def the_invoice(data: bytes) -> Invoice:
    result = take_in(data)
    assert isinstance(result.document, Invoice), result.findings
    return result.document


@pytest.mark.parametrize("write", [render_ubl, ohnl_invoice])
@pytest.mark.parametrize("written", [an_invoice(), a_credit_note(order="4500000099")])
def test_every_format_says_the_same(write: Callable[[Invoice], bytes], written: Invoice) -> None:
    found = the_invoice(write(written))
    assert found.kind is written.kind
    assert found.number == written.number
    assert found.issued == written.issued
    assert found.currency == "EUR"
    assert found.department == DEPARTMENT_OIN
    assert found.supplier_id == "0106:60451258"
    assert found.orders == (written.order,)
    assert found.totals == written.totals
    [line] = found.lines
    assert (line.line, line.order_line, line.quantity, line.unit) == ("1", "1", 10, "EA")
    assert (line.net_unit_price, line.net) == (Decimal("12.5"), Decimal("125.00"))


def test_a_peppol_invoice_is_read() -> None:
    written = an_invoice(customization=PEPPOL, process=PROCESS)
    assert the_invoice(render_ubl(written)) == written


def test_a_negative_quantity_is_legal_on_an_invoice_line() -> None:
    written = an_invoice(
        lines=(an_invoice_line("1", "10"), an_invoice_line("2", "-3", order_line="1"))
    )
    assert the_invoice(render_ubl(written)).lines[1].net == Decimal("-37.50")


def test_a_credit_note_refers_to_what_it_credits() -> None:
    earlier = PrecedingInvoice(number=an_invoice().number, issued=None)
    found = the_invoice(render_ubl(a_credit_note(preceding=(earlier,))))
    assert found.kind is InvoiceKind.CREDIT_NOTE
    assert found.preceding == (earlier,)


def test_a_line_may_name_another_order_than_the_document() -> None:
    lines = (an_invoice_line("1"), an_invoice_line("2", order="4500000018"))
    found = the_invoice(render_ubl(an_invoice(lines=lines)))
    assert found.orders == ("4500000017", "4500000018")
    assert [line.line for line in found.lines_of(found.orders[1])] == ["2"]
    assert found.lines_without_order == ()


def test_numbers_have_room_for_as_many_characters_as_our_keys_have() -> None:
    long = "x" * MAX_NUMBER_LENGTH
    lines = (an_invoice_line("1"), an_invoice_line("2", order=long))
    found = the_invoice(render_ubl(an_invoice(long, lines)))
    assert (found.number, found.orders[1]) == (long, long)
    too_long = read(render_ubl(an_invoice(long + "x", lines)))
    assert {finding.rule for finding in too_long.findings} == {"INKOOP-LENGTH"}


def test_an_invoice_without_an_order_has_none() -> None:
    lines = (an_invoice_line(order_line=None),)
    found = the_invoice(render_ubl(an_invoice(lines=lines, order=None, buyer_reference="afd. 3")))
    assert found.orders == ()
    assert found.lines_without_order == found.lines


def test_a_time_card_is_read_from_the_object_of_a_line() -> None:
    lines = (an_invoice_line(time_card="43665456#3"),)
    assert the_invoice(render_ubl(an_invoice(lines=lines))).lines[0].time_card == "43665456#3"


def test_the_price_of_a_unit_follows_base_quantity_and_allowances() -> None:
    discount = Adjustment(charge=False, amount=Decimal("5.00"), reason="Korting")
    line = an_invoice_line("1", "10", "250", base_quantity=Decimal(100), adjustments=(discount,))
    found = the_invoice(render_ubl(an_invoice(lines=(line,)))).lines[0]
    assert found.net == Decimal("20.00")
    assert found.net_unit_price == Decimal(2)


def test_the_price_of_a_unit_is_exact_where_cents_are_not() -> None:
    line = an_invoice_line("1", "3", "0.3333")
    assert line.net == Decimal("1.00")
    assert line.net_unit_price == Decimal("0.3333")


def test_the_price_of_a_unit_follows_a_net_amount_that_does_not_add_up() -> None:
    line = an_invoice_line("1", "3", "10", net=Decimal("20.00"))
    assert line.net_unit_price == Decimal("6.6666666667")


def test_a_line_without_quantity_costs_what_its_item_costs() -> None:
    assert an_invoice_line("1", "0", "10").net_unit_price == Decimal(10)


def test_a_supplier_is_known_by_all_its_numbers_and_named_by_the_first() -> None:
    party = Party(
        name="X",
        vat="NL8200.98.395.B.01",
        endpoint=Identifier(value="9930 no", scheme="9999"),
        identifiers=(Identifier(value="8712345000004", scheme="0088"),),
        registration=Identifier(value=" 60451258 ", scheme="0106"),
    )
    assert party.ids == (
        "0106:60451258",
        "9944:NL820098395B01",
        "0088:8712345000004",
        "9999:9930 no",
    )
    assert party.id == "0106:60451258"


@pytest.mark.parametrize("value", ["123456789", "DE123456789", "DE 123.456.789"])
def test_a_foreign_vat_number_has_one_form(value: str) -> None:
    party = Party(endpoint=Identifier(value=value, scheme="9930"))
    assert party.id == "9930:DE123456789"


def test_an_invoice_to_nobody_we_know_is_read_but_not_taken_in() -> None:
    stranger = replace(DEPARTMENT, endpoint=None, registration=Identifier(value="1", scheme="0106"))
    data = render_ubl(an_invoice(buyer=stranger))
    assert read(data).document is not None
    result = take_in(data)
    assert result.document is None
    assert "INKOOP-DEPARTMENT" in {finding.rule for finding in result.findings}


def test_an_invoice_from_nobody_we_know_is_not_taken_in() -> None:
    supplier = replace(SUPPLIER, endpoint=None, registration=None, vat="")
    data = ohnl_invoice(an_invoice(supplier=supplier)).replace(
        b"<cac:PartyName><cbc:Name>Kantoor",
        b'<cac:PartyIdentification><cbc:ID schemeAgencyID="NL" schemeAgencyName="XXX">1</cbc:ID>'
        b"</cac:PartyIdentification><cac:PartyName><cbc:Name>Kantoor",
    )
    assert read(data).document is not None
    assert [finding.rule for finding in take_in(data).findings] == ["INKOOP-SUPPLIER"]


def test_a_line_in_another_currency_is_not_taken_in() -> None:
    data = ohnl_invoice(an_invoice()).replace(
        b'<cbc:LineExtensionAmount currencyID="EUR">125.00</cbc:LineExtensionAmount>'
        b"<cbc:FreeOfChargeIndicator>",
        b'<cbc:LineExtensionAmount currencyID="SEK">125.00</cbc:LineExtensionAmount>'
        b"<cbc:FreeOfChargeIndicator>",
    )
    result = read(data)
    assert result.document is not None
    assert {finding.severity for finding in result.findings} == {Severity.WARNING}
    assert "INKOOP-CURRENCY" in {finding.rule for finding in take_in(data).findings}


@pytest.mark.parametrize("proposal", [b"VD", b"VC", b"P"])
def test_a_proposal_in_ohnl_is_not_taken_in(proposal: bytes) -> None:
    data = ohnl_invoice(an_invoice()).replace(
        b"InvoiceTypeCode>D<", b"InvoiceTypeCode>" + proposal + b"<"
    )
    assert [finding.rule for finding in take_in(data).findings] == ["INKOOP-PROPOSAL"]
