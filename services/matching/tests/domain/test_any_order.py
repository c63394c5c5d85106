"""What holds of matching in whichever order orders, receipts and invoices arrive."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from typing import TypeAlias

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from inkoop_events.values import Currency, InvoiceNumber, LineId, ReceiptNumber, SupplierId
from inkoop_kit.codec import Codec
from inkoop_matching.application.matching import CASE
from inkoop_matching.domain.case import Case, evolve
from inkoop_matching.domain.facts import (
    CaseFact,
    InvoiceLine,
    InvoiceRecorded,
    MatchDecided,
    OrderLine,
    OrderRecorded,
    Outcome,
    ReceiptLine,
    ReceiptRecorded,
)
from inkoop_matching.domain.intake import take_invoice, take_order, take_receipt
from inkoop_matching.domain.judging import rematch
from inkoop_matching.domain.policy import Match, Policy, UnderAction, parse_policy

SUPPLIER, EUR = SupplierId("0106:12345678"), Currency("EUR")
LINES = tuple(LineId(n) for n in "ABC")
UNKNOWN = LineId("X")
PRICE = Decimal(10)
ORDER = OrderRecorded(
    evidence="ordering/order",
    supplier=SUPPLIER,
    currency=EUR,
    lines=tuple(
        OrderLine(line=line, quantity=Decimal(6), unit="EA", price=PRICE, net=6 * PRICE)
        for line in LINES
    ),
)
Presented: TypeAlias = tuple[tuple[InvoiceLine, ...], Currency]


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    price = st.sampled_from([None, {}, {"over_pct": 5}, {"under_pct": 5, "under_action": "warn"}])
    received = st.sampled_from([{}, {"over_pct": 10, "over_abs": 2, "combine": "any"}])
    return parse_policy(
        {
            "match": draw(st.sampled_from(["two_way", "three_way"])),
            "price": draw(price),
            "qty_vs_ordered": draw(st.sampled_from([{}, {"over_abs": 1}, {"over_pct": 50}])),
            "qty_vs_received": draw(received),
        }
    )


@st.composite
def receipt_lines(draw: st.DrawFn) -> ReceiptLine:
    place = draw(st.sampled_from([*LINES, UNKNOWN]))
    return ReceiptLine(line=place, quantity=Decimal(draw(st.integers(0, 4))))


@st.composite
def invoice_lines(draw: st.DrawFn) -> InvoiceLine:
    quantity = Decimal(draw(st.integers(-3, 6)))
    price = draw(st.sampled_from([PRICE, PRICE, PRICE, Decimal("10.5"), Decimal(12), Decimal(7)]))
    return InvoiceLine(
        line=LineId("1"),
        order_line=draw(st.sampled_from([*LINES, *LINES, UNKNOWN])),
        quantity=quantity,
        unit="EA",
        price=price,
        net=quantity * price,
    )


@st.composite
def invoices(draw: st.DrawFn) -> Presented:
    lines = draw(st.lists(invoice_lines(), min_size=1, max_size=4))
    return tuple(lines), draw(st.sampled_from([EUR, EUR, EUR, EUR, Currency("USD")]))


RECEIPTS = st.lists(receipt_lines(), max_size=3)


class Desk:
    """Takes in what arrives and remembers all that was decided."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.case = Case()
        self.facts: list[CaseFact] = []

    def take(self, one: OrderRecorded | ReceiptRecorded | InvoiceRecorded) -> list[CaseFact]:
        match one:
            case OrderRecorded():
                facts = take_order(self.case, one, self.policy)
            case ReceiptRecorded():
                facts = take_receipt(self.case, one, self.policy)
            case InvoiceRecorded():
                facts = take_invoice(self.case, one, self.policy)
        self.case = reduce(evolve, facts, self.case)
        self.facts.extend(facts)
        return facts

    def decisions(self, invoice: InvoiceNumber) -> list[MatchDecided]:
        found = [fact for fact in self.facts if isinstance(fact, MatchDecided)]
        return [fact for fact in found if fact.invoice == invoice]

    def invoices(self) -> list[InvoiceRecorded]:
        return [fact for fact in self.facts if isinstance(fact, InvoiceRecorded)]

    def outcomes(self) -> dict[str, Outcome]:
        return {one.invoice: self.decisions(one.invoice)[-1].outcome for one in self.invoices()}

    def received(self, line: LineId) -> Decimal:
        receipts = [fact for fact in self.facts if isinstance(fact, ReceiptRecorded)]
        lines = [one for receipt in receipts for one in receipt.lines if one.line == line]
        return sum((one.quantity for one in lines), Decimal(0))


def recorded(number: int, lines: Sequence[InvoiceLine], currency: Currency) -> InvoiceRecorded:
    numbered = [replace(line, line=LineId(str(n))) for n, line in enumerate(lines, 1)]
    return InvoiceRecorded(
        evidence=f"invoicing/{number}",
        trace=None,
        supplier=SUPPLIER,
        invoice=InvoiceNumber(f"F{number}"),
        credit=False,
        currency=currency,
        lines=tuple(numbered),
    )


def receipt(number: int, lines: Iterable[ReceiptLine]) -> ReceiptRecorded:
    return ReceiptRecorded(
        evidence=f"ordering/{number}", receipt=ReceiptNumber(f"R{number}"), lines=tuple(lines)
    )


@dataclass
class Oracle:
    """Who should be matched, found from scratch: an independent reading of the rules.

    Nothing is summed up in advance: every invoice is judged against all others, again and again,
    until no more is matched.
    """

    policy: Policy
    invoices: Sequence[InvoiceRecorded]
    received: dict[LineId, Decimal]

    def matched(self) -> set[str]:
        done: set[str] = set()
        while more := {one.invoice for one in self.invoices if self.fits(one, done)} - done:
            done |= more
        return done

    def fits(self, invoice: InvoiceRecorded, done: set[str]) -> bool:
        if invoice.currency != EUR or any(line.order_line == UNKNOWN for line in invoice.lines):
            return False
        at = self.invoices.index(invoice)
        return all(self.line_fits(at, n, done) for n in range(len(invoice.lines)))

    def line_fits(self, at: int, n: int, done: set[str]) -> bool:
        line = self.invoices[at].lines[n]
        if line.quantity <= 0:
            return line.quantity < 0 or line.net < 1
        total = Decimal(0)
        for i, other in enumerate(self.invoices):
            for m, one in enumerate(other.lines):
                earlier = i < at or (i == at and m <= n)
                counts = earlier if one.quantity > 0 else (i == at or other.invoice in done)
                if one.order_line == line.order_line and counts:
                    total += one.quantity
        return self.quantity_fits(line, total) and self.price_fits(line)

    def quantity_fits(self, line: InvoiceLine, total: Decimal) -> bool:
        policy = self.policy
        assert policy.qty_vs_ordered
        assert policy.qty_vs_received
        assert line.order_line
        ordered = policy.qty_vs_ordered.ceiling(Decimal(6))
        received = policy.qty_vs_received.ceiling(self.received.get(line.order_line, Decimal(0)))
        assert ordered is not None
        assert received is not None
        return total <= ordered and (policy.match is Match.TWO_WAY or total <= received)

    def price_fits(self, line: InvoiceLine) -> bool:
        limits = self.policy.price
        if limits is None or (limits.over_pct is None and limits.over_abs is None):
            return True
        return line.price <= PRICE * (1 + (limits.over_pct or Decimal(0)) / 100)


class Matching(RuleBasedStateMachine):
    @initialize(policy=policies())
    def start(self, policy: Policy) -> None:
        self.desk = Desk(policy)
        self.count = 0

    @rule()
    def place_the_order(self) -> None:
        self.desk.take(ORDER)

    @rule(lines=RECEIPTS)
    def receive(self, lines: list[ReceiptLine]) -> None:
        self.count += 1
        self.desk.take(receipt(self.count, lines))

    @rule(one=invoices())
    def present(self, one: Presented) -> None:
        self.count += 1
        self.desk.take(recorded(self.count, *one))

    @rule(data=st.data())
    def present_an_open_one_again(self, data: st.DataObject) -> None:
        outcomes = self.desk.outcomes()
        invoices = [one for one in self.desk.invoices() if not outcomes[one.invoice].closes]
        if invoices:
            assert self.desk.take(data.draw(st.sampled_from(invoices))) == []

    @invariant()
    def each_invoice_has_one_decision_in_force_and_an_unbroken_chain(self) -> None:
        for invoice in self.desk.invoices():
            numbers = [one.number for one in self.desk.decisions(invoice.invoice)]
            assert numbers == list(range(1, len(numbers) + 1))
            assert numbers

    @invariant()
    def no_decision_repeats_the_one_that_it_replaces(self) -> None:
        for invoice in self.desk.invoices():
            decisions = self.desk.decisions(invoice.invoice)
            for before, after in pairwise(decisions):
                assert (before.outcome, before.findings) != (after.outcome, after.findings)
                assert not before.outcome.closes

    @invariant()
    def the_open_invoices_are_those_that_are_not_matched_in_the_order_of_arrival(self) -> None:
        outcomes = self.desk.outcomes()
        wanted = [name for name, outcome in outcomes.items() if not outcome.closes]
        assert [one.invoice for one in self.desk.case.open.values()] == wanted

    @invariant()
    def what_is_matched_is_ordered_and_received(self) -> None:
        policy, outcomes = self.desk.policy, self.desk.outcomes()
        matched = [one for one in self.desk.invoices() if outcomes[one.invoice].closes]
        for place in LINES:
            lines = [line for one in matched for line in one.lines if line.order_line == place]
            total = sum((line.quantity for line in lines), Decimal(0))
            if any(line.quantity > 0 for line in lines):
                assert policy.qty_vs_ordered
                assert total <= (policy.qty_vs_ordered.ceiling(Decimal(6)) or 0)
                assert policy.qty_vs_received
                allowed = policy.qty_vs_received.ceiling(self.desk.received(place)) or 0
                assert policy.match is Match.TWO_WAY or total <= allowed

    @invariant()
    def the_outcomes_are_those_of_an_independent_reading(self) -> None:
        invoices, outcomes = self.desk.invoices(), self.desk.outcomes()
        if self.desk.case.order is None:
            assert set(outcomes.values()) <= {Outcome.WAITING}
            return
        received = {line: self.desk.received(line) for line in LINES}
        matched = {name for name, outcome in outcomes.items() if outcome.closes}
        assert matched == Oracle(self.desk.policy, invoices, received).matched()

    @invariant()
    def judging_again_changes_nothing(self) -> None:
        assert rematch(self.desk.case, self.desk.policy) == []

    @invariant()
    def the_state_is_what_its_facts_say_also_after_storage(self) -> None:
        codec = Codec(CASE)
        stored = [(f.TYPE, f.VERSION, codec.encode(f)) for f in self.desk.facts]
        replayed = reduce(evolve, (codec.decode(*one) for one in stored), Case())
        assert replayed == self.desk.case
        assert codec.decode_state(codec.encode_state(self.desk.case)) == self.desk.case


TestMatching = Matching.TestCase
TestMatching.settings = settings(max_examples=100, stateful_step_count=15)


@given(
    policy=policies(),
    presented=st.lists(invoices(), min_size=1, max_size=5),
    receipts=st.lists(RECEIPTS, max_size=4),
    data=st.data(),
)
def test_final_outcomes_agree_between_arrivals_that_keep_the_order_of_invoices(
    policy: Policy,
    presented: list[Presented],
    receipts: list[list[ReceiptLine]],
    data: st.DataObject,
) -> None:
    # Given the same order, receipts and invoices, twice
    bills = [recorded(n, *one) for n, one in enumerate(presented)]
    others = [ORDER, *(receipt(n, lines) for n, lines in enumerate(receipts))]
    desks = Desk(policy), Desk(policy)
    # When they arrive in two different orders, but the invoices in the same
    for desk in desks:
        slots = data.draw(st.permutations([*others, *([None] * len(bills))]))
        coming = iter(bills)
        for one in slots:
            desk.take(next(coming) if one is None else one)
    # Then both end alike, and what is still open is open for the same reasons
    first, second = desks
    assert first.outcomes() == second.outcomes()
    assert [one.findings for one in first.case.open.values()] == [
        one.findings for one in second.case.open.values()
    ]
    assert first.case.invoiced == second.case.invoiced


@given(policy=policies(), one=invoices(), received=RECEIPTS)
def test_the_shortcut_finds_what_the_long_way_finds(
    policy: Policy,
    one: Presented,
    received: list[ReceiptLine],
) -> None:
    # Given a policy and the same with a lower limit that nothing reaches, which takes the long way
    assert policy.qty_vs_ordered
    harmless = replace(
        policy.qty_vs_ordered,
        under_abs=Decimal(10**9),
        under_action=UnderAction.WARN,
    )
    desks = Desk(policy), Desk(replace(policy, qty_vs_ordered=harmless))
    for desk in desks:
        desk.take(ORDER)
        desk.take(receipt(1, received))
        desk.take(recorded(1, *one))
    # Then both find the same
    assert desks[0].facts == desks[1].facts
