"""Finding order lines of lines that name none: every rule once, and large ones in little time."""

import time
from decimal import Decimal

from inkoop_events.values import Currency, InvoiceNumber, LineId, SupplierId
from inkoop_matching.domain.case import Case, OpenInvoice, Ordered
from inkoop_matching.domain.facts import InvoiceLine
from inkoop_matching.domain.placing import place
from inkoop_matching.domain.policy import parse_policy

INFER = parse_policy({"infer_lines": True, "price": {}})


def case(*lines: tuple[str, str, str]) -> Case:
    """An order of (number, description, price)."""
    return Case(
        ordered={
            LineId(number): Ordered(Decimal(1), Decimal(price), Decimal(price), description)
            for number, description, price in lines
        }
    )


def invoice(*lines: tuple[str, str, str], order_line: str | None = None) -> OpenInvoice:
    """An invoice of (number, description, price)."""
    return OpenInvoice(
        SupplierId("0106:1"),
        InvoiceNumber("F1"),
        Currency("EUR"),
        "e",
        None,
        tuple(
            InvoiceLine(
                line=LineId(number),
                order_line=None if order_line is None else LineId(order_line),
                quantity=Decimal(1),
                unit="EA",
                price=Decimal(price),
                net=Decimal(price),
                description=description,
            )
            for number, description, price in lines
        ),
    )


def test_a_line_that_names_its_order_line_stands_there_whatever_it_says() -> None:
    order = case(("1", "Chair", "5"), ("2", "Desk", "7"))
    assert place(order, invoice(("1", "Desk", "7"), order_line="1"), INFER) == ("1",)


def test_a_line_that_names_a_line_that_is_not_there_stands_nowhere() -> None:
    order = case(("1", "Chair", "5"))
    assert place(order, invoice(("1", "Chair", "5"), order_line="2"), INFER) == (None,)


def test_equal_prices_agree_however_they_are_written() -> None:
    order = case(("a", "Chair", "5"), ("b", "Desk", "7.10"))
    assert place(order, invoice(("1", "desk", "7.1"), ("2", "CHAIR", "5.00")), INFER) == ("b", "a")


def test_nothing_is_found_without_words() -> None:
    order = case(("a", "", "5"), ("b", "", "7"))
    assert place(order, invoice(("1", "", "5")), INFER) == (None,)


def test_a_number_helps_only_where_words_or_a_silent_price_agree() -> None:
    order = case(("1", "Chair", "5"), ("2", "", "7"))
    found = place(
        order, invoice(("1", "chair", "9"), ("2", "Desk", "7"), ("1", "Desk", "5")), INFER
    )
    assert found == ("1", "2", None)
    assert place(order, invoice(("2", "Desk", "8")), INFER) == (None,)


def test_sole_lines_belong_together_unless_both_words_and_price_differ() -> None:
    order = case(("7", "Laptop", "1000"))
    assert place(order, invoice(("1", "Notebook", "1000")), INFER) == ("7",)
    assert place(order, invoice(("1", "", "900")), INFER) == ("7",)
    assert place(order, invoice(("1", "laptop", "900")), INFER) == ("7",)
    assert place(order, invoice(("1", "Mouse", "20")), INFER) == (None,)
    assert place(order, invoice(("1", "Mouse", "20"), ("2", "", "9")), INFER) == (None, None)


def test_nothing_is_found_where_the_policy_does_not_say_so() -> None:
    order = case(("1", "Chair", "5"))
    assert place(order, invoice(("1", "Chair", "5")), parse_policy({})) == (None,)


def test_ten_thousand_lines_are_placed_on_ten_thousand_in_a_moment() -> None:
    lines = [(str(n), f"Article {n}", "5") for n in range(10_000)]
    turned = [(str(n), text, price) for n, (_, text, price) in enumerate(reversed(lines))]
    started = time.process_time()
    placed = place(case(*lines), invoice(*turned), INFER)
    assert time.process_time() - started < 2
    assert placed == tuple(number for number, _, _ in reversed(lines))
