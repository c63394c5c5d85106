"""What the others are told of a decision."""

from dataclasses import replace
from decimal import Decimal

from inkoop_events import matching as public
from inkoop_events.values import InvoiceNumber, LineId, Oin, OrderNumber, ReceiptNumber, SupplierId
from inkoop_matching.domain.facts import Finding, MatchDecided, Outcome, ReceiptRecorded
from inkoop_matching.outbound.publish import to_public

DEPARTMENT = Oin("00000001003214345000")
KEY = f"{DEPARTMENT}/45/A|7"
DECIDED = MatchDecided(
    supplier=SupplierId("0106:12345678"),
    invoice=InvoiceNumber("F/1"),
    number=2,
    outcome=Outcome.HELD,
    policy="default@1",
    findings=(
        Finding(
            code="PRICE_OVER",
            rule="price",
            line=LineId("1"),
            order_line=LineId("2"),
            limit=Decimal("10.2"),
            actual=Decimal(11),
            excess=Decimal(1),
        ),
        Finding(code="PRICE_UNDER", rule="price", notice=True),
    ),
    rests_on=("ordering/1-2", "invoicing/3-4"),
    trace="00-1-2-01",
)
MATCH = f"{KEY}|{DEPARTMENT}/0106:12345678/F/1"


def test_a_decision_is_told_with_all_that_it_rests_on() -> None:
    assert to_public(KEY, DECIDED) == public.MatchDecided(
        decision=f"{MATCH}|2",
        number=2,
        replaces=f"{MATCH}|1",
        department=DEPARTMENT,
        order=OrderNumber("45/A|7"),
        supplier=SupplierId("0106:12345678"),
        invoice=InvoiceNumber("F/1"),
        outcome=public.MatchOutcome.HELD,
        findings=(
            public.MatchFinding(
                code="PRICE_OVER",
                rule="price",
                line=LineId("1"),
                order_line=LineId("2"),
                limit=Decimal("10.2"),
                actual=Decimal(11),
                excess=Decimal(1),
            ),
            public.MatchFinding(code="PRICE_UNDER", rule="price", notice=True),
        ),
        policy="default@1",
        rests_on=("ordering/1-2", "invoicing/3-4"),
    )


def test_the_first_decision_replaces_none() -> None:
    told = to_public(KEY, replace(DECIDED, number=1))
    assert told is not None
    assert told.replaces is None
    assert told.decision == f"{MATCH}|1"


def test_a_sum_that_no_event_can_carry_is_left_out() -> None:
    # Given two invoices of the largest quantity that there is
    largest = Decimal(10**15 - 1)
    finding = Finding(code="QTY_OVER_ORDERED", rule="r", limit=largest, actual=2 * largest)
    told = to_public(KEY, replace(DECIDED, findings=(finding,)))
    # Then the decision is told all the same
    assert told is not None
    [said] = told.findings
    assert (said.code, said.limit, said.actual) == ("QTY_OVER_ORDERED", largest, None)


def test_every_outcome_has_its_public_name() -> None:
    assert {one.value for one in Outcome} == {one.value for one in public.MatchOutcome}


def test_what_came_in_is_not_told_again() -> None:
    receipt = ReceiptRecorded(evidence="ordering/1-2", receipt=ReceiptNumber("R"), lines=())
    assert to_public(KEY, receipt) is None
