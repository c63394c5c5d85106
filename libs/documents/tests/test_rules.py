"""Rules of the official sets, each broken once by a document of our own."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from inkoop_documents import Invoice, Severity, read, render_ubl, take_in
from inkoop_documents.model import Address, Adjustment, Identifier, Party, PaymentAccount
from inkoop_documents.model.prices import line_net
from inkoop_documents.rules.codes import EAS, UNITS
from inkoop_documents.testing import (
    DEPARTMENT,
    SUPPLIER,
    a_credit_note,
    an_invoice,
    an_invoice_line,
)

PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


def fatal_rules(data: bytes) -> set[str]:
    findings = read(data).findings
    return {finding.rule for finding in findings if finding.severity is Severity.FATAL}


def taxed(category: str, rate: Decimal | None, supplier: Party = SUPPLIER) -> Invoice:
    line = an_invoice_line(vat_category=category, vat_rate=rate)
    return an_invoice(lines=(line,), supplier=supplier)


def exempt(invoice: Invoice) -> Invoice:
    return replace(invoice, vat=tuple(replace(s, exemption="Reden") for s in invoice.vat))


@pytest.mark.parametrize(
    ("category", "rate"), [("S", Decimal(9)), ("Z", Decimal(0)), ("L", Decimal(7))]
)
def test_a_taxed_invoice_needs_no_reason(category: str, rate: Decimal) -> None:
    assert fatal_rules(render_ubl(taxed(category, rate))) == set()


@pytest.mark.parametrize("category", ["E", "G"])
def test_an_exempt_invoice_needs_a_reason(category: str) -> None:
    invoice = taxed(category, Decimal(0))
    bare = replace(invoice, vat=tuple(replace(s, exemption="") for s in invoice.vat))
    assert fatal_rules(render_ubl(bare)) == {f"BR-{category}-10"}
    assert fatal_rules(render_ubl(exempt(invoice))) == set()


def test_reverse_charge_needs_a_buyer_who_is_registered() -> None:
    invoice = exempt(taxed("AE", Decimal(0)))
    assert fatal_rules(render_ubl(invoice)) == set()
    nobody = replace(DEPARTMENT, registration=None)
    assert "BR-AE-02" in fatal_rules(render_ubl(replace(invoice, buyer=nobody)))


def test_an_intra_community_supply_says_where_and_when() -> None:
    found = fatal_rules(render_ubl(exempt(taxed("K", Decimal(0)))))
    assert found == {"BR-IC-02", "BR-IC-11", "BR-IC-12"}


def test_what_is_not_subject_to_vat_has_neither_rate_nor_vat_numbers() -> None:
    nobody = replace(SUPPLIER, vat="")
    assert fatal_rules(render_ubl(exempt(taxed("O", None, supplier=nobody)))) == set()
    assert fatal_rules(render_ubl(exempt(taxed("O", None)))) == {"BR-O-02"}
    assert "BR-O-05" in fatal_rules(render_ubl(exempt(taxed("O", Decimal(0), supplier=nobody))))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"taxable": Decimal("127.00")}, "BR-S-08"),
        ({"tax": Decimal("28.25")}, "BR-S-09"),
        ({"rate": Decimal(9)}, "BR-S-08"),
        ({"category": "Z"}, "BR-S-01"),
    ],
)
def test_the_breakdown_follows_the_lines(change: dict[str, Any], rule: str) -> None:
    invoice = an_invoice()
    [share] = invoice.vat
    wrong = replace(invoice, vat=(replace(share, **change),))
    assert rule in fatal_rules(render_ubl(wrong))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"order": None, "buyer_reference": ""}, "BR-NL-2"),
        ({"supplier": replace(SUPPLIER, address=Address(country="NL"))}, "BR-NL-3"),
        ({"buyer": replace(DEPARTMENT, address=Address(country="NL"))}, "BR-NL-4"),
        ({"type_code": "393"}, "BR-NL-7"),
        ({"type_code": "384"}, "BR-NL-9"),
        ({"payment": ()}, "BR-NL-11"),
        ({"payment": (PaymentAccount(means="30"),)}, "BR-61"),
        ({"due": None}, "BR-CO-25"),
        ({"supplier": replace(SUPPLIER, vat="123456789B01")}, "BR-CO-09"),
        ({"supplier": replace(SUPPLIER, endpoint=Identifier(value="1"))}, "BR-62"),
    ],
)
def test_a_dutch_invoice_breaks_a_rule(change: dict[str, Any], rule: str) -> None:
    assert rule in fatal_rules(render_ubl(replace(an_invoice(), **change)))


def test_the_dutch_rules_hold_for_dutch_suppliers_only() -> None:
    belgian = replace(SUPPLIER, address=Address(country="BE"), vat="BE0123456749")
    invoice = replace(an_invoice(), order=None, supplier=belgian)
    lines = (an_invoice_line(order_line=None),)
    assert fatal_rules(render_ubl(replace(invoice, lines=lines))) == set()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"process": ""}, "PEPPOL-EN16931-R001"),
        ({"process": "urn:other"}, "PEPPOL-EN16931-R007"),
        ({"notes": ("a", "b")}, "PEPPOL-EN16931-R002"),
        ({"order": None}, "PEPPOL-EN16931-R003"),
        ({"buyer": replace(DEPARTMENT, endpoint=None)}, "PEPPOL-EN16931-R010"),
        ({"supplier": replace(SUPPLIER, endpoint=None)}, "PEPPOL-EN16931-R020"),
        ({"payment": (PaymentAccount(means="59", iban="NL1"),)}, "PEPPOL-EN16931-R061"),
        ({"payment": (PaymentAccount(means="97", iban="NL1"),)}, "NL-R-008"),
    ],
)
def test_a_peppol_invoice_breaks_a_rule(change: dict[str, Any], rule: str) -> None:
    invoice = an_invoice(customization=PEPPOL, process=PROCESS)
    assert fatal_rules(render_ubl(invoice)) == set()
    assert rule in fatal_rules(render_ubl(replace(invoice, **change)))


def test_a_line_that_does_not_add_up_is_fatal_in_peppol() -> None:
    invoice = an_invoice(customization=PEPPOL, process=PROCESS)
    data = render_ubl(invoice).replace(b">12.50<", b">12.60<")
    assert fatal_rules(data) == {"PEPPOL-EN16931-R120"}


def test_an_allowance_is_its_percentage_of_its_base_in_peppol() -> None:
    allowance = Adjustment(
        charge=False,
        amount=Decimal("6.00"),
        reason="Korting",
        percent=Decimal(10),
        base=Decimal("50.00"),
        vat_category="S",
        vat_rate=Decimal(21),
    )
    invoice = an_invoice(adjustments=(allowance,), customization=PEPPOL, process=PROCESS)
    assert fatal_rules(render_ubl(invoice)) == {"PEPPOL-EN16931-R040"}


def test_a_dutch_credit_note_over_peppol_refers_to_an_invoice() -> None:
    note = a_credit_note(customization=PEPPOL, process=PROCESS)
    assert fatal_rules(render_ubl(note)) == {"NL-R-001"}


def test_an_amount_in_another_currency_is_not_taken_in() -> None:
    data = render_ubl(an_invoice()).replace(
        b'PayableAmount currencyID="EUR"', b'PayableAmount currencyID="SEK"'
    )
    assert read(data).document is not None
    assert [finding.rule for finding in take_in(data).findings] == ["INKOOP-CURRENCY"]


def test_a_line_in_the_currency_of_the_vat_is_not_taken_in() -> None:
    data = render_ubl(an_invoice()).replace(
        b"</cbc:DocumentCurrencyCode>",
        b"</cbc:DocumentCurrencyCode><cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode>",
    )
    data = data.replace(
        b"<cac:LegalMonetaryTotal>",
        b'<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">300.00</cbc:TaxAmount></cac:TaxTotal>'
        b"<cac:LegalMonetaryTotal>",
    )
    assert take_in(data).document is not None
    line = data.rindex(b'LineExtensionAmount currencyID="EUR"')
    wrong = data[:line] + data[line:].replace(b'currencyID="EUR"', b'currencyID="SEK"', 1)
    found = take_in(wrong)
    assert "INKOOP-CURRENCY" in {finding.rule for finding in found.findings}
    assert found.document is None


@pytest.mark.parametrize(
    ("quantity", "price", "net"),
    [
        ("3", "0.335", "1.01"),
        ("-3", "0.335", "-1.01"),
        ("1", "0.005", "0.01"),
        ("1", "0.0049", "0"),
    ],
)
def test_a_line_is_rounded_half_up_to_the_cent(quantity: str, price: str, net: str) -> None:
    assert line_net(Decimal(quantity), Decimal(price), Decimal(1), ()) == Decimal(net)


def test_a_code_whose_list_is_long_is_known_by_its_form() -> None:
    assert "C62" in UNITS
    assert "XPK" in UNITS
    assert "stuks" not in UNITS
    assert "0106" in EAS
    assert "9944" in EAS
    assert "106" not in EAS
    assert 106 not in EAS
