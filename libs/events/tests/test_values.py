"""Values: what is taken in, what is refused, and how amounts are rounded."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inkoop_events.values import (
    Currency,
    InvoiceNumber,
    Money,
    Oin,
    OinRegister,
    OrderNumber,
    Refused,
    SupplierId,
    check_numbers,
    decimals,
    invoice_key,
    invoice_named,
    line_net,
    oin_register,
    order_key,
    order_named,
    parse_currency,
    parse_invoice_number,
    parse_kvk,
    parse_oin,
    parse_order_number,
    parse_receipt_number,
    parse_supplier_id,
    parse_vat_id,
    split_invoice_key,
    split_order_key,
    supplier_id,
    to_cents,
)

DEPARTMENT = Oin("00000001823288444000")
SUPPLIER = SupplierId("0106:12345678")
Parse = Callable[[str], str]


@pytest.mark.parametrize(
    ("parse", "written", "meant"),
    [
        (parse_oin, "00000001823288444000", "00000001823288444000"),
        (parse_oin, "00000001 823288444 000", "00000001823288444000"),
        (parse_kvk, "1234.56 78", "12345678"),
        (parse_vat_id, "nl8232.88.444b01", "NL823288444B01"),
        (parse_currency, "EUR", "EUR"),
        (parse_order_number, "  4500/12 A\t", "4500/12 A"),
        (parse_invoice_number, "Factuur № 7", "Factuur № 7"),
        (parse_invoice_number, "cafe\u0301", "caf\u00e9"),
        (parse_receipt_number, "R" * 200, "R" * 200),
        (parse_supplier_id, " 0106:12345678 ", "0106:12345678"),
        (parse_supplier_id, "0190:a:b", "0190:a:b"),
    ],
)
def test_a_value_is_read_as_it_was_meant(parse: Parse, written: str, meant: str) -> None:
    assert parse(written) == meant


NUMBERS = [parse_order_number, parse_invoice_number, parse_receipt_number]


@pytest.mark.parametrize("parse", NUMBERS)
@pytest.mark.parametrize(
    "hostile",
    [
        "",
        " \t\n",
        "a\nb",
        "a\x00b",
        "a\x1b[31mb",
        "a\u202eb",
        "a\u200bb",
        "a\u2028b",
        "a\u00a0b",
        "\ud800",
        "x" * 201,
        "x" * 10_000,
    ],
)
def test_a_hostile_number_is_refused_in_few_printable_words(parse: Parse, hostile: str) -> None:
    with pytest.raises(ValueError, match="200") as refusal:
        parse(hostile)
    said = str(refusal.value)
    assert said.isprintable()
    assert said.isascii()
    assert len(said) < 500


@pytest.mark.parametrize(
    ("parse", "wrong"),
    [
        (parse_oin, "123"),
        (parse_oin, "0000000182328844400x"),
        (parse_oin, "٠٠٠٠٠٠٠١٨٢٣٢٨٨٤٤٤٠٠٠"),
        (parse_oin, "00000001823288444000\n"),
        (parse_kvk, "1234567"),
        (parse_kvk, "１２３４５６７８"),
        (parse_vat_id, "NL823288444"),
        (parse_vat_id, "DE123456789B01"),
        (parse_currency, "eur"),
        (parse_currency, "EUR\n"),
        (parse_supplier_id, "12345678"),
        (parse_supplier_id, "0106:"),
        (parse_supplier_id, "0106:a/b"),
        (parse_supplier_id, "0106:a\nb"),
        (parse_supplier_id, "0106:" + "1" * 101),
        (parse_supplier_id, "KVK:12345678"),
    ],
)
def test_what_is_no_such_value_is_refused(parse: Parse, wrong: str) -> None:
    with pytest.raises(ValueError, match="this is"):
        parse(wrong)


@pytest.mark.parametrize("parse", NUMBERS)
@given(text=st.text(max_size=250))
def test_a_number_once_parsed_stays_as_it_is(parse: Parse, text: str) -> None:
    try:
        number = parse(text)
    except ValueError:
        return
    assert parse(number) == number
    assert number.isprintable()
    assert 0 < len(number) <= 200


@given(number=st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=50))
def test_a_key_is_taken_apart_as_it_was_made(number: str) -> None:
    order, invoice = OrderNumber(number), InvoiceNumber(number)
    assert split_order_key(order_key(DEPARTMENT, order)) == (DEPARTMENT, order)
    key = invoice_key(DEPARTMENT, SUPPLIER, invoice)
    assert split_invoice_key(key) == (DEPARTMENT, SUPPLIER, invoice)


@given(first=st.tuples(*[st.text("a/|:", min_size=1)] * 2), second=st.data())
def test_two_invoices_never_share_a_key(first: tuple[str, str], second: st.DataObject) -> None:
    other = second.draw(st.tuples(*[st.text("a/|:", min_size=1)] * 2))
    assume(first != other)
    keys: set[str] = set()
    for supplier, invoice in (first, other):
        try:
            parsed = supplier_id("0106", supplier)
        except ValueError:
            return
        keys.add(invoice_key(DEPARTMENT, parsed, InvoiceNumber(invoice)))
    assert len(keys) == 2


@pytest.mark.parametrize("key", ["", DEPARTMENT, f"{DEPARTMENT}/", "x/4500", f"{DEPARTMENT[1:]}/1"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="this is"):
        split_order_key(key)
    with pytest.raises(ValueError, match="this is"):
        split_invoice_key(key)


def test_people_name_a_document_by_its_key_or_by_its_number() -> None:
    assert order_named(f"{DEPARTMENT}/4500/1") == (DEPARTMENT, "4500/1")
    assert order_named("4500/1") == (None, "4500/1")
    assert invoice_named(f"{DEPARTMENT}/{SUPPLIER}/F/1") == (DEPARTMENT, SUPPLIER, "F/1")
    assert invoice_named("2026/17/F") == (None, None, "2026/17/F")


def test_digits_of_another_script_are_no_oin() -> None:
    arabic = "\N{ARABIC-INDIC DIGIT ONE}" * 20
    assert order_named(f"{arabic}/1") == (None, f"{arabic}/1")


def test_an_oin_tells_its_register() -> None:
    assert oin_register(DEPARTMENT) is OinRegister.RSIN
    assert oin_register(Oin("00000004003214345001")) is OinRegister.SUB_OIN
    assert oin_register(Oin("99999999000000000000")) is OinRegister.OTHER


@pytest.mark.parametrize(
    ("exact", "cents"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.00499", "0.00"),
        ("2.675", "2.68"),
        ("12.5000000001", "12.50"),
        ("1E-7", "0.00"),
        ("999999999999999.995", "1000000000000000.00"),
    ],
)
def test_half_a_cent_goes_away_from_zero(exact: str, cents: str) -> None:
    assert str(to_cents(Decimal(exact))) == cents
    assert Money(Decimal(exact), Currency("EUR")).rounded().amount == Decimal(cents)


@given(units=st.integers(-(10**17), 10**17), places=st.integers(0, 10))
def test_rounding_moves_an_amount_by_at_most_half_a_cent(units: int, places: int) -> None:
    amount = Decimal(units).scaleb(-places)
    rounded = to_cents(amount)
    assert decimals(rounded) <= 2
    assert abs(rounded - amount) <= Decimal("0.005")
    assert to_cents(-amount) == -rounded
    assert rounded == (amount * 100).to_integral_value(ROUND_HALF_UP) / 100


@pytest.mark.parametrize(
    ("written", "count"), [("1.500", 1), ("100", 0), ("1E+3", 0), ("0.0000000001", 10), ("NaN", 11)]
)
def test_decimals_are_counted_without_trailing_zeros(written: str, count: int) -> None:
    assert decimals(Decimal(written)) == count


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+15", "-1E+999999"])
def test_a_number_that_no_document_has_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="digits before the point"):
        check_numbers(Decimal(1), Decimal(number))


def test_the_largest_numbers_pass() -> None:
    check_numbers(Decimal("999999999999999.9999999999"), Decimal("-999999999999999"), Decimal(0))


def test_a_refusal_says_its_code_and_what_to_do() -> None:
    refused = Refused("CURRENCY_DIFFERS", "The order is in EUR.")
    assert (refused.code, refused.detail) == ("CURRENCY_DIFFERS", "The order is in EUR.")
    assert str(refused) == "CURRENCY_DIFFERS: The order is in EUR."


@pytest.mark.parametrize(
    ("quantity", "price", "net"),
    [("3", "0.335", "1.01"), ("-3", "0.335", "-1.01"), ("0.001", "5", "0.01"), ("0", "7", "0.00")],
)
def test_the_amount_of_a_line_is_half_up_to_the_cent(quantity: str, price: str, net: str) -> None:
    assert str(line_net(Decimal(quantity), Decimal(price))) == net


def test_the_amount_of_a_line_is_exact_for_numbers_that_are_not_judged_yet() -> None:
    nines = Decimal("9" * 60)
    assert line_net(nines, nines) == Decimal(int("9" * 60) ** 2)
