"""What holds for every invoice, and for every run of bytes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from unicodedata import normalize

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from inkoop_documents import Invoice, InvoiceLine, Read, Severity, read, render_html, render_ubl
from inkoop_documents.model import Adjustment, PaymentAccount, PrecedingInvoice
from inkoop_documents.testing import (
    a_credit_note,
    an_invoice,
    an_invoice_line,
    an_order,
    ohnl_invoice,
    ohnl_order,
    peppol_order,
)
from inkoop_events.values import InvoiceNumber

PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"

texts = (
    st.text(
        st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co"), blacklist_characters="￾￿"),
        min_size=1,
        max_size=30,
    )
    .map(str.strip)
    .filter(bool)
)
numbers = texts.filter(str.isprintable).map(partial(normalize, "NFC"))
rates = st.sampled_from([Decimal(21), Decimal(9), Decimal("5.5")])
cents = st.decimals(0, 10_000, places=2, allow_nan=False)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@st.composite
def adjustments(draw: st.DrawFn, *, of_line: bool) -> Adjustment:
    return Adjustment(
        charge=draw(st.booleans()),
        amount=draw(cents),
        reason=draw(texts),
        vat_category="" if of_line else "S",
        vat_rate=None if of_line else draw(rates),
    )


@st.composite
def lines(draw: st.DrawFn, number: int) -> InvoiceLine:
    places = draw(st.integers(0, 10))
    return an_invoice_line(
        str(number),
        str(draw(st.decimals(-1000, 1000, places=draw(st.integers(0, 5))))),
        str(draw(st.decimals(0, 1000, places=places))),
        base_quantity=draw(st.sampled_from([Decimal(1), Decimal(100), Decimal("0.5")])),
        adjustments=tuple(sorted(draw(st.lists(adjustments(of_line=True), max_size=2)), key=_kind)),
        order_line=draw(st.none() | numbers),
        vat_rate=draw(rates),
        description=draw(st.just("") | texts),
        note=draw(st.just("") | texts),
        time_card=draw(st.just("") | texts),
    )


def _kind(adjustment: Adjustment) -> bool:
    return adjustment.charge


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    count = draw(st.integers(1, 5))
    credit = draw(st.booleans())
    peppol = draw(st.booleans())
    number = draw(numbers)
    more: dict[str, Any] = {
        "lines": tuple(draw(lines(n)) for n in range(1, count + 1)),
        "adjustments": tuple(
            sorted(draw(st.lists(adjustments(of_line=False), max_size=3)), key=_kind)
        ),
        "issued": draw(days),
        "due": draw(days),
        "delivered": draw(st.none() | days),
        "order": draw(numbers),
        "contract": draw(st.just("") | texts),
        "terms": draw(st.just("") | texts),
        "notes": tuple(draw(st.lists(texts, max_size=1))),
        "prepaid": draw(cents),
        "preceding": (PrecedingInvoice(number=InvoiceNumber(draw(texts))),) if credit else (),
        "payment": (PaymentAccount(means="30", iban="NL02ABNA0123456789", reference=draw(texts)),),
        **({"customization": PEPPOL, "process": PROCESS} if peppol else {}),
    }
    return a_credit_note(number, **more) if credit else an_invoice(number, **more)


@given(invoices())
@settings(max_examples=150)
def test_any_valid_invoice_renders_and_reads_back_equal(invoice: Invoice) -> None:
    result = read(render_ubl(invoice))
    assert [f for f in result.findings if f.severity is Severity.FATAL] == []
    assert result.document == invoice
    assert "<h1>" in render_html(invoice)


@given(invoices(), st.sampled_from(["lines", "net", "gross", "payable"]), st.integers(1, 999))
@settings(max_examples=100)
def test_a_total_that_is_off_by_a_cent_is_always_found(
    invoice: Invoice, total: str, off: int
) -> None:
    wrong = getattr(invoice.totals, total) + Decimal(off) / 100
    result = read(render_ubl(replace(invoice, totals=replace(invoice.totals, **{total: wrong}))))
    assert result.document is None
    assert any(finding.rule.startswith("BR-CO-1") for finding in result.findings)


@given(lines(1))
def test_the_net_amount_is_the_unit_price_times_the_quantity(line: InvoiceLine) -> None:
    again = line.net_unit_price * line.quantity
    assert not line.quantity or abs(again - line.net) <= Decimal("0.00500001")


SAMPLES = [
    render_ubl(an_invoice()),
    render_ubl(a_credit_note()),
    ohnl_invoice(an_invoice()),
    peppol_order(an_order()),
    ohnl_order(an_order()),
]
NASTY = ["", " ", "abc", "-1", "0", "1e9", "NaN", "99999999999999999999", "0.00000000000001", "\t"]


def must_hold(result: Read) -> None:
    """A document exactly where nothing is fatal; words for every finding."""
    fatal = any(finding.severity is Severity.FATAL for finding in result.findings)
    assert (result.document is None) == fatal
    for finding in result.findings:
        assert finding.rule
        assert finding.location.startswith("/")
        assert "{" not in finding.rule + finding.term
        finding.message.nl.encode()
        finding.message.en.encode()


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    must_hold(read(data))


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=300)
def test_no_mutilated_document_raises(sample: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(len(sample), start + 200)))
    put = data.draw(st.binary(max_size=6) | st.sampled_from([n.encode() for n in NASTY]))
    must_hold(read(sample[:start] + put + sample[end:]))


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=300)
def test_no_document_with_other_elements_raises(sample: bytes, data: st.DataObject) -> None:
    root = etree.fromstring(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        elements = list(root.iter())
        element = elements[data.draw(st.integers(0, len(elements) - 1))]
        match data.draw(st.sampled_from(["text", "remove", "repeat", "attribute"])):
            case "text":
                element.text = data.draw(st.sampled_from(NASTY))
            case "attribute":
                for name in element.attrib:
                    element.set(name, data.draw(st.sampled_from(NASTY)))
            case "repeat" if element.getparent() is not None:
                element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))
            case "remove" if element.getparent() is not None:
                element.getparent().remove(element)
            case _:
                pass
    result = read(etree.tostring(root, encoding="utf-8"))
    must_hold(result)
    if isinstance(result.document, Invoice):
        read(render_ubl(result.document))
        render_html(result.document)
