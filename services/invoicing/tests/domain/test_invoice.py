from datetime import date
from decimal import Decimal
from functools import reduce

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from inkoop_events.values import Currency, OrderNumber, Refused
from inkoop_invoicing.domain.invoice import (
    Invoice,
    InvoiceBecamePayable,
    InvoiceFact,
    InvoiceHeld,
    InvoiceKind,
    InvoicePresented,
    InvoiceReceived,
    InvoiceState,
    MatchNoted,
    Outcome,
    codes_of,
    evolve,
    note_decision,
    state_of,
)

A, B = OrderNumber("A"), OrderNumber("B")
ERA = 2**40
"""Where the positions of matching go on after a restore."""
PRICE = ("PRICE_ABOVE_TOLERANCE",)
NOT_RECEIVED = ("NOT_RECEIVED",)


def received(kind: InvoiceKind = InvoiceKind.INVOICE) -> InvoiceReceived:
    return InvoiceReceived(
        kind=kind,
        issued=date(2026, 11, 5),
        currency=Currency("EUR"),
        net=Decimal(100),
        vat=Decimal(21),
        payable=Decimal(121),
        orders=(A, B),
        document="aa",
    )


def presented(order: OrderNumber) -> InvoicePresented:
    return InvoicePresented(
        order=order,
        kind=InvoiceKind.INVOICE,
        issued=date(2026, 11, 5),
        currency=Currency("EUR"),
        lines=(),
    )


def decided(
    order: OrderNumber,
    number: int,
    outcome: Outcome,
    codes: tuple[str, ...] = (),
    *,
    position: int | None = None,
) -> MatchNoted:
    return MatchNoted(
        order=order,
        decision=f"{order}|{number}",
        number=number,
        outcome=outcome,
        codes=codes,
        position=number if position is None else position,
    )


def invoice(*facts: InvoiceFact) -> Invoice:
    return reduce(evolve, facts, Invoice())


def over(*orders: OrderNumber) -> list[InvoiceFact]:
    return [received(), *(presented(order) for order in orders)]


def after(history: list[InvoiceFact], *decisions: MatchNoted) -> list[InvoiceFact]:
    """The facts that the decisions add to the history, one after the other."""
    told: list[InvoiceFact] = []
    for decision in decisions:
        told += note_decision(invoice(*history, *told), decision)
    return told


def test_an_invoice_whose_only_order_matches_becomes_payable() -> None:
    match = decided(A, 1, Outcome.MATCHED)
    assert after(over(A), match) == [
        match,
        InvoiceBecamePayable(
            kind=InvoiceKind.INVOICE,
            currency=Currency("EUR"),
            payable=Decimal(121),
            decisions=("A|1",),
            document="aa",
        ),
    ]


def test_after_a_restore_matching_may_count_anew_and_what_it_says_last_counts() -> None:
    """It has forgotten that it decided twice: its next decision is the second once more."""
    before = [
        decided(A, 1, Outcome.WAITING, position=4),
        decided(A, 2, Outcome.HELD, ("PRICE_OVER",), position=5),
    ]
    again = decided(A, 1, Outcome.HELD, ("PRICE_OVER",), position=ERA + 1)
    late = decided(A, 2, Outcome.MATCHED, position=ERA + 2)

    told = after(over(A), *before, again, late)

    assert [type(fact) for fact in told] == [
        MatchNoted, MatchNoted, InvoiceHeld, MatchNoted, MatchNoted, InvoiceBecamePayable,
    ]  # fmt: skip
    assert after([*over(A), *told], decided(A, 1, Outcome.HELD, position=ERA)) == []


def test_what_is_payable_stays_so_when_matching_decides_again_after_a_restore() -> None:
    first = decided(A, 1, Outcome.MATCHED, position=4)
    held = decided(A, 1, Outcome.HELD, ("QTY_OVER_RECEIVED",), position=ERA + 1)
    matched = decided(A, 2, Outcome.MATCHED, position=ERA + 2)

    told = after(over(A), first, held, matched)

    assert told == [first, told[1], held, matched]
    assert isinstance(told[1], InvoiceBecamePayable)


def test_a_match_with_a_notice_is_a_match() -> None:
    facts = after(over(A), decided(A, 1, Outcome.MATCHED_WITH_NOTICE))
    assert isinstance(facts[-1], InvoiceBecamePayable)


def test_an_invoice_over_two_orders_waits_for_both() -> None:
    facts = after(over(A, B), decided(B, 1, Outcome.MATCHED), decided(A, 1, Outcome.MATCHED))
    assert [type(fact) for fact in facts] == [MatchNoted, MatchNoted, InvoiceBecamePayable]
    assert isinstance(facts[2], InvoiceBecamePayable)
    assert facts[2].decisions == ("A|1", "B|1")


def test_a_hold_is_told_with_its_reasons_and_the_decision_that_it_rests_on() -> None:
    [_, held] = after(over(A), decided(A, 1, Outcome.HELD, PRICE))
    assert held == InvoiceHeld(codes=PRICE, order=A, decision="A|1")
    assert codes_of(invoice(*over(A), decided(A, 1, Outcome.HELD, PRICE))) == PRICE


def test_the_same_reasons_are_not_told_twice() -> None:
    facts = after(over(A), decided(A, 1, Outcome.HELD, PRICE), decided(A, 2, Outcome.HELD, PRICE))
    assert [type(fact) for fact in facts] == [MatchNoted, InvoiceHeld, MatchNoted]


def test_other_reasons_are_told() -> None:
    facts = after(
        over(A), decided(A, 1, Outcome.HELD, PRICE), decided(A, 2, Outcome.HELD, NOT_RECEIVED)
    )
    assert [fact.codes for fact in facts if isinstance(fact, InvoiceHeld)] == [PRICE, NOT_RECEIVED]


def test_a_late_receipt_releases_the_hold() -> None:
    facts = after(
        over(A), decided(A, 1, Outcome.HELD, NOT_RECEIVED), decided(A, 2, Outcome.MATCHED)
    )
    assert isinstance(facts[-1], InvoiceBecamePayable)


def test_an_invoice_whose_order_is_not_there_yet_waits_and_says_so() -> None:
    history = over(A)
    history += after(history, decided(A, 1, Outcome.WAITING, ("NO_ORDER_YET",)))
    assert state_of(invoice(*history)) is InvoiceState.WAITING
    assert codes_of(invoice(*history)) == ("NO_ORDER_YET",)


def test_a_decision_that_was_replaced_does_not_count() -> None:
    history = [*over(A), decided(A, 2, Outcome.HELD, PRICE)]
    assert after(history, decided(A, 1, Outcome.MATCHED)) == []


def test_a_decision_that_comes_twice_counts_once() -> None:
    match = decided(A, 1, Outcome.MATCHED)
    assert after(over(A), match, match) == after(over(A), match)


def test_a_later_decision_is_noted_but_takes_no_payable_invoice_back() -> None:
    history = over(A)
    history += after(history, decided(A, 1, Outcome.MATCHED))
    later = decided(A, 2, Outcome.HELD, PRICE)
    assert after(history, later) == [later]
    assert state_of(invoice(*history, later)) is InvoiceState.PAYABLE


def test_lines_without_an_order_keep_an_invoice_from_becoming_payable() -> None:
    history = [*over(A), InvoiceHeld(codes=("NO_ORDER_REFERENCE",))]
    match = decided(A, 1, Outcome.MATCHED)
    assert after(history, match) == [match]
    assert state_of(invoice(*history, match)) is InvoiceState.HELD


def test_a_decision_on_an_order_that_the_invoice_does_not_name_is_refused() -> None:
    with pytest.raises(Refused, match="UNKNOWN_PRESENTATION"):
        after(over(A), decided(B, 1, Outcome.MATCHED))


def test_a_hold_is_told_before_a_wait() -> None:
    history = [
        *over(A, B),
        decided(A, 1, Outcome.WAITING, ("NO_ORDER_YET",)),
        decided(B, 1, Outcome.HELD, PRICE),
    ]
    assert state_of(invoice(*history)) is InvoiceState.HELD


MATCHED = {Outcome.MATCHED, Outcome.MATCHED_WITH_NOTICE}
REASONS = {Outcome.HELD: PRICE, Outcome.WAITING: ("NO_ORDER_YET",)}


class Decisions(RuleBasedStateMachine):
    """Matching decides again and again; its decisions arrive late, twice and in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.history: list[InvoiceFact] = []
        self.made: list[MatchNoted] = []
        self.arrived: set[str] = set()
        self.was_all_matched = False

    @initialize(orders=st.integers(1, 3))
    def an_invoice_is_presented(self, orders: int) -> None:
        self.orders = [OrderNumber(f"order {n}") for n in range(orders)]
        self.history += over(*self.orders)

    @rule(which=st.integers(0, 2), outcome=st.sampled_from(Outcome))
    def matching_decides(self, which: int, outcome: Outcome) -> None:
        order = self.orders[which % len(self.orders)]
        number = 1 + sum(decision.order == order for decision in self.made)
        self.made.append(decided(order, number, outcome, REASONS.get(outcome, ())))

    @rule(which=st.integers(0, 50))
    def a_decision_arrives(self, which: int) -> None:
        if self.made:
            self.arrive(self.made[which % len(self.made)])

    @rule()
    def everything_arrives(self) -> None:
        for decision in self.made:
            self.arrive(decision)

    def arrive(self, decision: MatchNoted) -> None:
        self.history += note_decision(invoice(*self.history), decision)
        self.arrived.add(decision.decision)
        self.was_all_matched |= self.all_matched()

    def all_matched(self) -> bool:
        came = [decision for decision in self.made if decision.decision in self.arrived]
        last = {decision.order: decision.outcome for decision in came}
        return len(last) == len(self.orders) and set(last.values()) <= MATCHED

    @invariant()
    def it_is_payable_once_and_only_after_all_orders_matched(self) -> None:
        told = [fact for fact in self.history if isinstance(fact, InvoiceBecamePayable)]
        assert len(told) == self.was_all_matched

    @invariant()
    def the_decision_in_force_is_the_last_that_arrived(self) -> None:
        for match in invoice(*self.history).matches.values():
            came = [d for d in self.made if d.decision in self.arrived]
            if match is not None:
                assert match == [d for d in came if d.order == match.order][-1]


Decisions.TestCase.settings = settings(max_examples=120, stateful_step_count=25)
TestDecisionsInAnyOrder = Decisions.TestCase
