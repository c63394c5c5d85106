import contextlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkoop_events.values import Currency, LineId, OrderNumber, ReceiptNumber, Refused, SupplierId
from inkoop_events.values.faults import Faulty
from inkoop_ordering.domain.order import (
    MAX_RECEIPTS,
    Order,
    OrderDuplicated,
    OrderFact,
    OrderLine,
    OrderPlaced,
    OrderState,
    ReceiptLine,
    ReceiptRecorded,
    evolve,
    place,
    record_receipt,
    state_of,
)

NUMBER = OrderNumber("4500001234")
SUPPLIER = SupplierId("0106:12345678")


def order(*facts: OrderFact) -> Order:
    return reduce(evolve, facts, Order())


def line(number: str = "1", quantity: str = "10", price: str = "12.50") -> OrderLine:
    return OrderLine(
        line=LineId(number),
        quantity=Decimal(quantity),
        unit="EA",
        price=Decimal(price),
        net=Decimal("125.00"),
    )


def placed(*lines: OrderLine, document: str = "aa") -> OrderPlaced:
    return OrderPlaced(
        supplier=SUPPLIER,
        currency=Currency("EUR"),
        issued=date(2026, 11, 1),
        lines=lines or (line(),),
        document=document,
    )


def receipt(
    quantity: str = "5", number: str = "R-1", of: str = "1", day: int = 2
) -> ReceiptRecorded:
    return ReceiptRecorded(
        receipt=ReceiptNumber(number),
        received=date(2026, 11, day),
        lines=(ReceiptLine(line=LineId(of), quantity=Decimal(quantity)),),
    )


def faults_of(refused: pytest.ExceptionInfo[Faulty]) -> list[tuple[str, str, str | None]]:
    return [(fault.code, fault.field, fault.line) for fault in refused.value.faults]


def test_an_order_is_placed_whole() -> None:
    claim = placed()
    assert list(place(order(), NUMBER, claim)) == [claim]


def test_the_same_document_again_changes_nothing() -> None:
    assert list(place(order(placed()), NUMBER, placed())) == []


def test_another_document_under_a_known_number_is_a_duplicate() -> None:
    [fact] = place(order(placed()), NUMBER, placed(document="bb"))
    assert fact == OrderDuplicated(document="bb", first_document="aa")


def test_a_duplicate_leaves_the_first_order_in_force() -> None:
    before = order(placed())
    after = evolve(before, OrderDuplicated(document="bb", first_document="aa"))
    assert replace(after, duplicates=0) == before


def test_everything_that_is_wrong_with_an_order_is_told_at_once() -> None:
    bad = placed(line("1", quantity="-1"), line("1", price="0.12345678901"), line("2", price="-3"))
    with pytest.raises(Faulty) as refused:
        list(place(order(), NUMBER, bad))
    assert refused.value.code == "DUPLICATE_LINE"
    assert faults_of(refused) == [
        ("DUPLICATE_LINE", "line", "1"),
        ("NEGATIVE_QUANTITY", "quantity", "1"),
        ("TOO_MANY_DECIMALS", "price", "1"),
        ("NEGATIVE_PRICE", "price", "2"),
    ]


def test_a_price_keeps_ten_decimals() -> None:
    claim = placed(line(price="0.1234567890"), line("2", price="0.0000000001"))
    assert list(place(order(), NUMBER, claim)) == [claim]


def test_an_order_without_lines_is_refused() -> None:
    with pytest.raises(Faulty, match="NO_LINES"):
        list(place(order(), NUMBER, replace(placed(), lines=())))


def test_an_order_takes_ten_thousand_lines_and_not_one_more() -> None:
    lines = tuple(line(str(n)) for n in range(10_000))
    assert len(list(place(order(), NUMBER, placed(*lines)))) == 1
    with pytest.raises(Faulty, match="TOO_MANY_LINES"):
        list(place(order(), NUMBER, placed(*lines, line("last"))))


@pytest.mark.parametrize("number", ["1E+999999", "1E+15", "NaN", "Infinity", "-Infinity"])
def test_a_number_that_cannot_be_reckoned_with_is_refused(number: str) -> None:
    with pytest.raises(Faulty, match="NUMBER_TOO_LARGE"):
        list(place(order(), NUMBER, placed(line(quantity=number))))


@pytest.mark.parametrize("number", ["", "  ", "x" * 201, "45\x0000", "45\n00"])
def test_a_number_of_an_order_is_short_and_printable(number: str) -> None:
    with pytest.raises(Faulty, match="BAD_REFERENCE"):
        list(place(order(), OrderNumber(number), placed()))


def test_a_receipt_carries_the_supplier_of_its_order() -> None:
    [fact] = record_receipt(order(placed()), NUMBER, receipt())
    assert fact == replace(receipt(), supplier=SUPPLIER)


def test_a_receipt_may_come_before_its_order() -> None:
    [fact] = record_receipt(order(), NUMBER, receipt())
    assert fact == receipt()
    assert order(fact, placed()).remaining == {"1": Decimal(5)}


def test_the_same_receipt_again_changes_nothing() -> None:
    assert list(record_receipt(order(placed(), receipt()), NUMBER, receipt("5.0"))) == []


def test_the_same_receipt_again_after_its_order_changes_nothing() -> None:
    assert list(record_receipt(order(receipt(), placed()), NUMBER, receipt())) == []


@pytest.mark.parametrize("other", [receipt("6"), receipt(day=3)])
def test_a_known_receipt_number_with_other_content_is_refused(other: ReceiptRecorded) -> None:
    with pytest.raises(Refused, match="DUPLICATE"):
        list(record_receipt(order(placed(), receipt()), NUMBER, other))


def test_a_receipt_of_a_negative_quantity_is_refused() -> None:
    with pytest.raises(Faulty, match="NEGATIVE_QUANTITY"):
        list(record_receipt(order(placed()), NUMBER, receipt("-1")))


def test_a_receipt_of_a_line_that_the_order_does_not_have_is_refused() -> None:
    with pytest.raises(Faulty) as refused:
        list(record_receipt(order(placed()), NUMBER, receipt(of="7")))
    assert faults_of(refused) == [("UNKNOWN_ORDER_LINE", "line", "7")]


def test_more_may_come_in_than_was_ordered() -> None:
    [fact] = record_receipt(order(placed()), NUMBER, receipt("11"))
    assert order(placed(), fact).remaining == {"1": Decimal(-1)}


def test_an_order_takes_a_bounded_number_of_receipts() -> None:
    many = {ReceiptNumber(f"X-{n}"): "mark" for n in range(MAX_RECEIPTS)}
    with pytest.raises(Refused, match="TOO_MANY_RECEIPTS"):
        list(record_receipt(replace(order(placed()), receipts=many), NUMBER, receipt()))


def answered(state: Order, command: OrderPlaced | ReceiptRecorded) -> list[OrderFact]:
    with contextlib.suppress(Refused):
        if isinstance(command, OrderPlaced):
            return list(place(state, NUMBER, command))
        return list(record_receipt(state, NUMBER, command))
    return []


commands = st.lists(
    st.one_of(
        st.sampled_from(["aa", "bb", "cc"]).map(lambda document: placed(document=document)),
        st.builds(
            receipt,
            st.sampled_from(["1", "2", "2.50", "2.5"]),
            st.sampled_from(["R-1", "R-2", "R-3"]),
        ),
    ),
    max_size=12,
)


@given(commands)
@settings(max_examples=150)
def test_whatever_comes_in_one_order_is_in_force_and_each_receipt_counts_once(
    given_commands: list[OrderPlaced | ReceiptRecorded],
) -> None:
    history: list[OrderFact] = []
    for command in given_commands:
        history += answered(order(*history), command)
    receipts = [fact for fact in history if isinstance(fact, ReceiptRecorded)]
    orders = [fact for fact in history if isinstance(fact, OrderPlaced)]
    assert len({fact.receipt for fact in receipts}) == len(receipts)
    assert orders == [c for c in given_commands if isinstance(c, OrderPlaced)][:1]
    came_in = sum((fact.lines[0].quantity for fact in receipts), Decimal(0))
    ordered = Decimal(10 * len(orders))
    assert sum(order(*history).remaining.values()) == ordered - came_in


@pytest.mark.parametrize(
    ("history", "state"),
    [
        ([receipt()], OrderState.EXPECTED),
        ([placed()], OrderState.PLACED),
        ([placed(), receipt("5")], OrderState.PARTLY_RECEIVED),
        ([receipt("5"), placed(), receipt("5", "R-2")], OrderState.RECEIVED),
    ],
)
def test_people_see_how_far_an_order_came_in(history: list[OrderFact], state: OrderState) -> None:
    assert state_of(order(*history)) is state


def test_the_texts_of_an_order_fit_in_one_message() -> None:
    wordy = replace(line(), description="\u20ac" * 250, unit="x" * 200)
    lines = tuple(replace(wordy, line=LineId(str(n))) for n in range(5_400))
    with pytest.raises(Faulty, match="TOO_MUCH_TEXT"):
        list(place(order(), NUMBER, placed(*lines)))
    assert len(list(place(order(), NUMBER, placed(*lines[:5_000])))) == 1
