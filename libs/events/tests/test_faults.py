from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkoop_events.values import MAX_LINES, MAX_NUMBER_LENGTH, LineId, Refused
from inkoop_events.values.faults import (
    MAX_TEXT,
    MAX_TEXTS,
    Fault,
    Faulty,
    amount_faults,
    describe,
    exact_faults,
    line_count_faults,
    price_faults,
    quantity_faults,
    reference_faults,
    refuse_when,
    repeated_line_faults,
    size_faults,
    text_faults,
)

ONE = LineId("1")


def test_a_refusal_has_all_faults_and_the_code_of_the_first() -> None:
    faults = (Fault("NO_LINES", "lines"), Fault("NEGATIVE_PRICE", "price", ONE))
    with pytest.raises(Refused) as refused:
        refuse_when(faults)
    assert isinstance(refused.value, Faulty)
    assert (refused.value.faults, refused.value.code) == (faults, "NO_LINES")
    assert refused.value.detail == "NO_LINES (lines); NEGATIVE_PRICE (price of line 1)"


def test_a_refusal_of_very_many_faults_is_short() -> None:
    refused = Faulty(tuple(Fault("BAD_TEXT", "x", LineId("9" * 500)) for _ in range(9_000)))
    assert refused.detail.endswith("; and 8995 more")
    assert len(refused.detail) < 500


def test_nothing_wrong_is_no_refusal() -> None:
    refuse_when(())


@pytest.mark.parametrize("number", ["0.1234567890", "999999999999999", "-0.5", "1.00000000000000"])
def test_ten_decimals_are_kept(number: str) -> None:
    assert list(exact_faults(Decimal(number), "price")) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("0.12345678901", "TOO_MANY_DECIMALS"),
        ("1234567890123.1234567890123456", "TOO_MANY_DECIMALS"),
        ("1E+15", "NUMBER_TOO_LARGE"),
        ("1E+999999", "NUMBER_TOO_LARGE"),
        ("NaN", "NUMBER_TOO_LARGE"),
        ("-Infinity", "NUMBER_TOO_LARGE"),
    ],
)
def test_a_number_that_cannot_be_kept_exactly_is_a_fault(number: str, code: str) -> None:
    for faults in (exact_faults, amount_faults):
        assert list(faults(Decimal(number), "net", ONE)) == [Fault(code, "net", ONE)]
    for faults in (quantity_faults, price_faults):
        assert next(faults(Decimal(number), ONE)).code == code


def test_an_amount_is_given_to_the_cent() -> None:
    assert list(amount_faults(Decimal("12.340"), "net")) == []
    assert list(amount_faults(Decimal("0.001"), "net")) == [Fault("TOO_MANY_DECIMALS", "net")]


def test_a_quantity_or_price_below_zero_is_a_fault_and_zero_is_not() -> None:
    assert list(quantity_faults(Decimal(-1), ONE)) == [Fault("NEGATIVE_QUANTITY", "quantity", ONE)]
    assert list(price_faults(Decimal("-0.01"), ONE)) == [Fault("NEGATIVE_PRICE", "price", ONE)]
    assert list(quantity_faults(Decimal(0), ONE)) == list(price_faults(Decimal(0), ONE)) == []


@pytest.mark.parametrize(
    "text", ["", "  ", "x" * (MAX_NUMBER_LENGTH + 1), "45\0", "4\n5", "\u202e"]
)
def test_a_number_that_people_cannot_read_is_a_fault(text: str) -> None:
    assert list(reference_faults(text, "order", ONE)) == [Fault("BAD_REFERENCE", "order", ONE)]


@pytest.mark.parametrize("text", ["x" * MAX_NUMBER_LENGTH, "4500/1 bis", "\u00e9"])
def test_a_number_that_people_can_read_is_none(text: str) -> None:
    assert list(reference_faults(text, "order")) == []


def test_a_description_becomes_one_visible_line() -> None:
    assert describe("a\n b\u200b\tc\0" + "d" * 300) == "a b c " + "d" * 244


@given(st.text(max_size=2000))
def test_what_was_described_has_no_fault(text: str) -> None:
    described = describe(text)
    assert list(text_faults(described, "description")) == []
    assert describe(described) == described


@pytest.mark.parametrize("text", ["x" * (MAX_TEXT + 1), "a\nb"])
def test_a_description_that_was_not_made_so_is_a_fault(text: str) -> None:
    assert list(text_faults(text, "description", ONE)) == [Fault("BAD_TEXT", "description", ONE)]


@pytest.mark.parametrize(("text", "size"), [("x", 1), ("\u20ac", 3), ('"', 2), ("\\", 2)])
def test_texts_are_measured_as_they_travel(text: str, size: int) -> None:
    fits = [text] * (MAX_TEXTS // size)
    assert list(size_faults(fits)) == []
    assert list(size_faults([*fits, text, text])) == [Fault("TOO_MUCH_TEXT", "lines")]


def test_a_document_has_a_line_and_not_too_many() -> None:
    assert list(line_count_faults(0)) == [Fault("NO_LINES", "lines")]
    assert list(line_count_faults(1)) == list(line_count_faults(MAX_LINES)) == []
    assert list(line_count_faults(MAX_LINES + 1)) == [Fault("TOO_MANY_LINES", "lines")]


def test_a_line_number_that_comes_again_is_told_once() -> None:
    numbers = [LineId(number) for number in ("1", "2", "1", "1")]
    assert list(repeated_line_faults(numbers)) == [Fault("DUPLICATE_LINE", "line", ONE)]
