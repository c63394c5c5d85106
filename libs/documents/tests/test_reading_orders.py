"""Orders of every format, read to the same values."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from inkoop_documents import Order, take_in
from inkoop_documents.testing import (
    DEPARTMENT_OIN,
    an_order,
    an_order_line,
    ohnl_order,
    peppol_order,
)

Write = Callable[[Order], bytes]
FORMATS = [peppol_order, ohnl_order]


def the_rules(data: bytes) -> set[str]:
    result = take_in(data)
    assert result.document is None
    return {finding.rule for finding in result.findings}


@pytest.mark.parametrize("write", FORMATS)
def test_every_format_says_the_same(write: Write) -> None:
    lines = (an_order_line("1"), an_order_line("2", "0.5", "99.99"))
    result = take_in(write(an_order(lines=lines)))
    assert isinstance(result.document, Order), result.findings
    assert result.findings == ()
    found = result.document
    assert (found.number, found.issued, found.currency) == ("4500000017", date(2026, 11, 2), "EUR")
    assert (found.department, found.supplier_id) == (DEPARTMENT_OIN, "0106:60451258")
    assert [(line.line, line.quantity, line.unit) for line in found.lines] == [
        ("1", Decimal(10), "EA"),
        ("2", Decimal("0.5"), "EA"),
    ]
    assert [line.net for line in found.lines] == [Decimal("125.00"), Decimal("50.00")]
    assert [line.net_unit_price for line in found.lines] == [Decimal("12.5"), Decimal("99.99")]


@pytest.mark.parametrize("write", FORMATS)
def test_a_negative_quantity_is_refused(write: Write) -> None:
    order = an_order(lines=(an_order_line("1", "-1"),))
    assert "INKOOP-NEGATIVE" in the_rules(write(order))


@pytest.mark.parametrize("write", FORMATS)
def test_a_price_with_eleven_decimals_is_refused(write: Write) -> None:
    order = an_order(lines=(an_order_line("1", "10", "0.12345678901"),))
    assert "INKOOP-DECIMALS" in the_rules(write(order))


@pytest.mark.parametrize("write", FORMATS)
def test_a_price_with_ten_decimals_is_kept_exactly(write: Write) -> None:
    order = an_order(lines=(an_order_line("1", "10", "0.1234567891"),))
    result = take_in(write(order))
    assert isinstance(result.document, Order), result.findings
    assert result.document.lines[0].net_unit_price == Decimal("0.1234567891")


@pytest.mark.parametrize("write", FORMATS)
def test_two_lines_with_one_number_are_refused(write: Write) -> None:
    order = an_order(lines=(an_order_line("1"), an_order_line("1")))
    assert "INKOOP-LINE-TWICE" in the_rules(write(order))


@pytest.mark.parametrize("write", FORMATS)
def test_a_line_amount_that_is_missing_is_computed(write: Write) -> None:
    data = write(an_order())
    start = data.index(b"<cbc:LineExtensionAmount", data.index(b"<cac:OrderLine>"))
    end = data.index(b"<cac:", start)
    result = take_in(
        (data[:start] + data[end:]).replace(b">125.00<", b">0<")
        if write is peppol_order
        else data[:start] + data[end:]
    )
    assert isinstance(result.document, Order), result.findings
    assert result.document.lines[0].net == Decimal("125.00")


def test_a_sum_that_does_not_add_up_is_fatal_in_peppol_and_a_warning_in_ohnl() -> None:
    wrong = (
        b">125.00</cbc:LineExtensionAmount><cbc:TaxEx",
        b">1.00</cbc:LineExtensionAmount><cbc:TaxEx",
    )
    assert "PEPPOL-T01-R008" in the_rules(peppol_order(an_order()).replace(*wrong))
    result = take_in(ohnl_order(an_order()).replace(*wrong))
    assert result.document is not None
    assert [finding.rule for finding in result.findings] == ["OHNL-SUM"]
