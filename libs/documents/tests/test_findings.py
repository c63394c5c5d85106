"""A bad document gets findings with rule, place, term and plain words."""

from decimal import Decimal

import pytest

from inkoop_documents import Finding, Invoice, Severity, read, render_ubl
from inkoop_documents.testing import an_invoice, an_invoice_line, ohnl_invoice

INVOICE = render_ubl(an_invoice(lines=(an_invoice_line("1"), an_invoice_line("2"))))


def findings_of(old: bytes, new: bytes, *, count: int = -1) -> dict[str, Finding]:
    assert old in INVOICE
    result = read(INVOICE.replace(old, new, count))
    assert (result.document is None) == any(
        finding.severity is Severity.FATAL for finding in result.findings
    )
    return {finding.rule: finding for finding in result.findings}


def test_a_sum_that_does_not_add_up_says_what_it_should_be() -> None:
    found = findings_of(b">250.00</cbc:LineExt", b">250.01</cbc:LineExt")["BR-CO-10"]
    assert found.severity is Severity.FATAL
    assert found.location == "/Invoice/cac:LegalMonetaryTotal/cbc:LineExtensionAmount"
    assert found.term == "BT-106"
    assert found.message.nl == (
        "som van de regelbedragen (BT-106): er staat 250.01, maar de onderdelen geven 250.00."
    )
    assert "250.01" in found.message.en


def test_the_line_that_is_wrong_is_pointed_at() -> None:
    second = INVOICE.rindex(b'unitCode="EA">10<')
    result = read(INVOICE[:second] + INVOICE[second:].replace(b">10<", b">11<", 1))
    [finding] = result.findings
    assert finding.rule == "INKOOP-LINE-NET"
    assert finding.severity is Severity.WARNING
    assert finding.location == "/Invoice/cac:InvoiceLine[2]/cbc:LineExtensionAmount"


@pytest.mark.parametrize(
    ("old", "new", "rule", "term"),
    [
        (b">302.50</cbc:PayableAmount>", b">abc</cbc:PayableAmount>", "INKOOP-NUMBER", "BT-115"),
        (b">302.50</cbc:PayableAmount>", b">1e3</cbc:PayableAmount>", "INKOOP-NUMBER", "BT-115"),
        (
            b">302.50</cbc:PayableAmount>",
            b">302.5\n0</cbc:PayableAmount>",
            "INKOOP-NUMBER",
            "BT-115",
        ),
        (b">302.50</cbc:PayableAmount>", b">302.500</cbc:PayableAmount>", "BR-DEC-18", "BT-115"),
        (b">302.50</cbc:PayableAmount>", b">302.49</cbc:PayableAmount>", "BR-CO-16", "BT-115"),
        (b">302.50</cbc:TaxInc", b">302.49</cbc:TaxInc", "BR-CO-15", "BT-112"),
        (b">250.00</cbc:TaxEx", b">249.99</cbc:TaxEx", "BR-CO-13", "BT-109"),
        (b">12.50<", b">12.123456789012<", "INKOOP-DECIMALS", "BT-146"),
        (b">12.50<", b">9999999999999999<", "INKOOP-NUMBER-SIZE", "BT-146"),
        (b">12.50<", b">-12.50<", "BR-27", "BT-146"),
        (b">2026-11-09<", b">09-11-2026<", "INKOOP-DATE", "BT-2"),
        (b">2026-11-09<", b">2026-02-30<", "INKOOP-DATE", "BT-2"),
        (b">EUR</cbc:DocumentC", b">EURO</cbc:DocumentC", "BR-CL-04", "BT-5"),
        (b">380<", b">999<", "BR-CL-01", "BT-3"),
        (b"<cbc:ID>F-2026-001</cbc:ID>", b"", "BR-02", "BT-1"),
        (b"<cbc:ID>F-2026-001</cbc:ID>", b"<cbc:ID> </cbc:ID>", "BR-02", "BT-1"),
        (b"<cbc:ID>2</cbc:ID>", b"<cbc:ID>1</cbc:ID>", "INKOOP-LINE-TWICE", "BT-126"),
        (b">30<", b">31<", "BR-NL-12", "BT-81"),
        (b'schemeID="0106">60451258</cbc:Comp', b">60451258</cbc:Comp", "BR-NL-1", "BT-30"),
    ],
)
def test_a_fault_is_found_by_its_rule(old: bytes, new: bytes, rule: str, term: str) -> None:
    found = findings_of(old, new)[rule]
    assert found.severity is Severity.FATAL
    assert found.term == term
    assert found.location.startswith("/Invoice/")


@pytest.mark.parametrize(
    ("again", "rule"),
    [
        (b"<cbc:ID>F-2026-001</cbc:ID>", "INKOOP-REPEATED"),
        (b"<cbc:RegistrationName>Ministerie van Proefnemingen</cbc:RegistrationName>", "UBL-SR-15"),
        (b'<cbc:PayableAmount currencyID="EUR">302.50</cbc:PayableAmount>', "INKOOP-REPEATED"),
    ],
)
def test_a_repeated_element_is_a_finding(again: bytes, rule: str) -> None:
    assert findings_of(again, again * 2)[rule].severity is Severity.FATAL


@pytest.mark.parametrize(
    ("start", "end", "rule"),
    [
        (b"<cac:LegalMonetaryTotal>", b"</cac:LegalMonetaryTotal>", "INKOOP-MISSING"),
        (b"<cac:AccountingSupplierParty>", b"</cac:AccountingSupplierParty>", "BR-06"),
        (b"<cac:AccountingCustomerParty>", b"</cac:AccountingCustomerParty>", "BR-07"),
        (b"<cac:TaxTotal>", b"</cac:TaxTotal>", "BR-CO-18"),
        (b"<cac:Price>", b"</cac:Price>", "BR-26"),
        (b"<cac:InvoiceLine>", b"</Invoice>", "BR-16"),
    ],
)
def test_a_missing_part_is_a_finding(start: bytes, end: bytes, rule: str) -> None:
    first, last = INVOICE.index(start), INVOICE.rindex(end)
    if end != b"</Invoice>":
        last = INVOICE.index(end) + len(end)
    result = read(INVOICE[:first] + INVOICE[last:])
    assert result.document is None
    assert rule in {finding.rule for finding in result.findings}


def test_a_price_per_quantity_of_nothing_is_a_finding_in_peppol() -> None:
    peppol = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
    data = render_ubl(an_invoice(customization=peppol)).replace(
        b"</cbc:PriceAmount>",
        b'</cbc:PriceAmount><cbc:BaseQuantity unitCode="EA">0</cbc:BaseQuantity>',
    )
    assert "PEPPOL-EN16931-R121" in {finding.rule for finding in read(data).findings}


def test_a_specification_that_we_do_not_know_is_judged_by_the_general_rules() -> None:
    result = read(render_ubl(an_invoice(customization="urn:example:other")))
    assert result.document is not None
    result = read(
        render_ubl(an_invoice(customization="urn:example:other")).replace(b">380<", b"><")
    )
    assert "BR-04" in {finding.rule for finding in result.findings}


@pytest.mark.parametrize("hidden", ["F-2026\n001", "F-2026\u200b001", "F-2026\u00ad001"])
def test_a_number_that_hides_something_is_a_finding(hidden: str) -> None:
    found = findings_of(b">F-2026-001<", f">{hidden}<".encode())
    assert found["INKOOP-TEXT"].severity is Severity.FATAL


def test_a_number_has_one_form_however_it_is_typed() -> None:
    result = read(INVOICE.replace(b">F-2026-001<", ">Caf\u0065\u0301-1<".encode()))
    assert isinstance(result.document, Invoice)
    assert result.document.number == "Caf\u00e9-1"


def test_a_price_of_a_unit_beyond_measure_is_a_finding() -> None:
    tiny = an_invoice_line("1", "0.0000000001", "100000000000000", net=Decimal("10000000.00"))
    result = read(render_ubl(an_invoice(lines=(tiny,))))
    assert "INKOOP-NUMBER-SIZE" in {finding.rule for finding in result.findings}
    assert result.document is None


def test_what_the_rijk_asks_more_is_a_warning() -> None:
    found = findings_of(b"<cbc:ElectronicMail>verkoop@devries.example</cbc:ElectronicMail>", b"")
    assert found["BR-NL-BFR-1"].severity is Severity.WARNING


def test_a_sum_in_ohnl_is_a_warning() -> None:
    data = ohnl_invoice(an_invoice()).replace(
        b">125.00</cbc:LineExtensionAmount><cbc:TaxEx",
        b">124.00</cbc:LineExtensionAmount><cbc:TaxEx",
    )
    result = read(data)
    assert result.document is not None
    assert [(f.rule, f.severity) for f in result.findings] == [("OHNL-SUM", Severity.WARNING)]


def test_an_endless_list_of_faults_is_cut_and_still_fatal() -> None:
    line = INVOICE[INVOICE.rindex(b"<cac:InvoiceLine>") : INVOICE.index(b"</Invoice>")]
    noisy = line.replace(b"<cbc:ID>2</cbc:ID>", b"<cbc:ID>2</cbc:ID><cbc:Note/>")
    data = INVOICE.replace(line, noisy * 400 + line.replace(b">12.50<", b">abc<"))
    result = read(data)
    assert result.document is None
    assert result.findings[0].severity is Severity.FATAL
    assert "INKOOP-NUMBER" in {finding.rule for finding in result.findings}
    assert len(result.findings) <= 400
