from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import reduce

import pytest

from inkoop_events.values import Currency, InvoiceNumber, LineId, OrderNumber
from inkoop_events.values.faults import Faulty
from inkoop_invoicing.domain.invoice import (
    Invoice,
    InvoiceDuplicated,
    InvoiceFact,
    InvoiceHeld,
    InvoiceKind,
    InvoiceLine,
    InvoicePresented,
    InvoiceReceived,
    InvoiceState,
    evolve,
    state_of,
)
from inkoop_invoicing.domain.reception import MAX_ORDERS, Claim, ClaimLine, receive

NUMBER = InvoiceNumber("F-2026/17")
A, B = OrderNumber("A"), OrderNumber("B")


def invoice(*facts: InvoiceFact) -> Invoice:
    return reduce(evolve, facts, Invoice())


def line(number: str = "1", order: OrderNumber | None = None, quantity: str = "2") -> ClaimLine:
    content = InvoiceLine(
        line=LineId(number),
        order_line=LineId("1"),
        quantity=Decimal(quantity),
        unit="EA",
        price=Decimal("12.50"),
        net=Decimal(quantity) * Decimal("12.50"),
    )
    return ClaimLine(line=content, order=order)


def claim(lines: Sequence[ClaimLine], order: OrderNumber | None = A, document: str = "aa") -> Claim:
    return Claim(
        kind=InvoiceKind.INVOICE,
        issued=date(2026, 11, 5),
        currency=Currency("EUR"),
        net=sum((claimed.line.net for claimed in lines), Decimal(0)),
        vat=Decimal("5.25"),
        payable=Decimal("30.25"),
        order=order,
        lines=tuple(lines),
        document=document,
    )


def test_the_first_document_is_received_and_presented_to_the_order_of_its_header() -> None:
    received, presented = receive(invoice(), NUMBER, claim([line()]))
    assert isinstance(received, InvoiceReceived)
    assert (received.orders, received.payable) == ((A,), Decimal("30.25"))
    assert isinstance(presented, InvoicePresented)
    assert (presented.order, presented.lines) == (A, (line().line,))


def test_a_line_that_names_an_order_overrides_the_header() -> None:
    facts = list(receive(invoice(), NUMBER, claim([line("1"), line("2", B), line("3")])))
    presented = [fact for fact in facts if isinstance(fact, InvoicePresented)]
    numbers = [(fact.order, [line.line for line in fact.lines]) for fact in presented]
    assert numbers == [(A, ["1", "3"]), (B, ["2"])]


def test_an_invoice_that_names_no_order_is_held() -> None:
    received, held = receive(invoice(), NUMBER, claim([line()], order=None))
    assert isinstance(received, InvoiceReceived)
    assert held == InvoiceHeld(codes=("NO_ORDER_REFERENCE",))
    assert state_of(invoice(received, held)) is InvoiceState.HELD


def test_lines_that_name_no_order_are_held_while_the_others_are_presented() -> None:
    facts = list(receive(invoice(), NUMBER, claim([line("1"), line("2", B)], order=None)))
    assert [type(fact) for fact in facts] == [InvoiceReceived, InvoicePresented, InvoiceHeld]
    assert facts[2] == InvoiceHeld(codes=("NO_ORDER_REFERENCE",), lines=(LineId("1"),))


def test_the_same_document_again_changes_nothing() -> None:
    first = claim([line()])
    state = invoice(*receive(invoice(), NUMBER, first))
    assert list(receive(state, NUMBER, first)) == []


def test_another_document_with_the_number_is_a_duplicate() -> None:
    state = invoice(*receive(invoice(), NUMBER, claim([line()])))
    [fact] = receive(state, NUMBER, claim([line(), line("2")], document="bb"))
    assert fact == InvoiceDuplicated(document="bb", first_document="aa")


def test_a_negative_quantity_is_legal_on_an_invoice() -> None:
    facts = list(receive(invoice(), NUMBER, claim([line(), line("2", quantity="-1")])))
    assert len(facts) == 2


def test_a_credit_note_is_presented_as_such() -> None:
    note = replace(claim([line()]), kind=InvoiceKind.CREDIT_NOTE)
    _, presented = receive(invoice(), NUMBER, note)
    assert isinstance(presented, InvoicePresented)
    assert presented.kind is InvoiceKind.CREDIT_NOTE


def test_everything_that_is_wrong_is_told_at_once() -> None:
    dear = line("1")
    dear = replace(dear, line=replace(dear.line, price=Decimal("0.12345678901")))
    below = line("1")
    below = replace(below, line=replace(below.line, price=Decimal(-1)), order=OrderNumber(" "))
    bad = replace(claim([dear, below]), payable=Decimal("1.001"))
    with pytest.raises(Faulty) as refused:
        list(receive(invoice(), NUMBER, bad))
    faults = [(fault.code, fault.field, fault.line) for fault in refused.value.faults]
    assert faults == [
        ("TOO_MANY_DECIMALS", "payable", None),
        ("DUPLICATE_LINE", "line", "1"),
        ("TOO_MANY_DECIMALS", "price", "1"),
        ("BAD_REFERENCE", "order", "1"),
        ("NEGATIVE_PRICE", "price", "1"),
    ]


def test_an_invoice_without_lines_is_refused() -> None:
    with pytest.raises(Faulty, match="NO_LINES"):
        list(receive(invoice(), NUMBER, claim([])))


def test_an_invoice_names_a_bounded_number_of_orders() -> None:
    lines = [line(str(n), OrderNumber(f"O-{n}")) for n in range(MAX_ORDERS + 1)]
    with pytest.raises(Faulty, match="TOO_MANY_ORDERS"):
        list(receive(invoice(), NUMBER, claim(lines)))
    assert len(list(receive(invoice(), NUMBER, claim(lines[:-1])))) == 1 + MAX_ORDERS


def test_a_charge_on_top_of_the_lines_holds_the_invoice() -> None:
    *_, held = receive(invoice(), NUMBER, replace(claim([line()]), net=Decimal("25.01")))
    assert held == InvoiceHeld(codes=("CHARGE_WITHOUT_ORDER",))


def test_an_allowance_below_the_lines_does_not() -> None:
    facts = list(receive(invoice(), NUMBER, replace(claim([line()]), net=Decimal("24.99"))))
    assert [type(fact) for fact in facts] == [InvoiceReceived, InvoicePresented]


def test_a_line_whose_amount_is_not_quantity_times_price_is_held() -> None:
    odd = line("2")
    odd = replace(odd, line=replace(odd.line, quantity=Decimal(0)))
    *_, held = receive(invoice(), NUMBER, replace(claim([line(), odd]), net=Decimal(50)))
    assert held == InvoiceHeld(codes=("NET_DIFFERS",), lines=(LineId("2"),))


def test_the_texts_of_an_invoice_fit_in_one_message() -> None:
    wordy = replace(line().line, description='"' * 250, unit="x" * 200)
    lines = [ClaimLine(line=replace(wordy, line=LineId(str(n)))) for n in range(7_200)]
    with pytest.raises(Faulty, match="TOO_MUCH_TEXT"):
        list(receive(invoice(), NUMBER, claim(lines)))
    assert len(list(receive(invoice(), NUMBER, claim(lines[:7_000])))) == 2
