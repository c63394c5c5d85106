"""From public events to facts: signs, causes, traces, and the policy of the department."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce

from inkoop_events.invoicing import InvoicedLine, InvoiceKind, InvoicePresented
from inkoop_events.ordering import GoodsReceived, OrderedLine, OrderPlaced, ReceivedLine
from inkoop_events.values import (
    Currency,
    InvoiceNumber,
    LineId,
    Oin,
    OrderNumber,
    ReceiptNumber,
    SupplierId,
)
from inkoop_kit.streams import Ask, Cause
from inkoop_matching.application.matching import CASE, Matching
from inkoop_matching.domain.case import Case
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
from inkoop_matching.domain.policy import Policies, parse_policy

DEPARTMENT, OTHER = Oin("00000001003214345000"), Oin("00000001823288444000")
SUPPLIER, LINE = SupplierId("0106:12345678"), LineId("1")
LAX = parse_policy({"name": "lax", "version": 7, "match": "two_way"})
STRICT = parse_policy({"qty_vs_received": {}, "infer_lines": True})
MATCHING = Matching(Policies(STRICT, {OTHER: LAX}))
PLACED = OrderPlaced(
    department=DEPARTMENT, order=OrderNumber("45"), supplier=SUPPLIER, currency=Currency("EUR"),
    issued=date(2026, 1, 1),
    lines=(OrderedLine(line=LINE, quantity=Decimal(2), unit="EA", price=Decimal(5),
                       net=Decimal(10), description="Chair"),),
)  # fmt: skip
RECEIVED = GoodsReceived(
    department=DEPARTMENT, order=OrderNumber("45"), receipt=ReceiptNumber("R"),
    received=date(2026, 1, 2), lines=(ReceivedLine(line=LINE, quantity=Decimal(2)),),
)  # fmt: skip


def presented(
    kind: InvoiceKind = InvoiceKind.INVOICE, department: Oin = DEPARTMENT
) -> InvoicePresented:
    line = InvoicedLine(
        line=LINE, order_line=None, quantity=Decimal(2), unit="EA", price=Decimal(5),
        net=Decimal(10), description="Chair",
    )  # fmt: skip
    return InvoicePresented(
        department=department, order=OrderNumber("45"), supplier=SUPPLIER,
        invoice=InvoiceNumber("F1"), kind=kind, issued=date(2026, 1, 3),
        currency=Currency("EUR"), lines=(line,),
    )  # fmt: skip


def cause(name: str, trace: str | None = None) -> Cause:
    return Cause(name, "jan", DEPARTMENT, "c", datetime(2026, 1, 4, tzinfo=UTC), trace)


def facts_of(ask: Ask[Case, CaseFact], case: Case | None = None) -> list[CaseFact]:
    return list(ask.decide(case or Case()))


def test_an_order_becomes_a_fact_with_its_evidence() -> None:
    ask = MATCHING.record_order(PLACED, cause("ordering/1-2"))
    assert (ask.kind, ask.key) == (CASE, f"{DEPARTMENT}/45")
    line = OrderLine(
        line=LINE, quantity=Decimal(2), unit="EA", price=Decimal(5), net=Decimal(10),
        description="Chair",
    )  # fmt: skip
    assert facts_of(ask) == [
        OrderRecorded(
            evidence="ordering/1-2", supplier=SUPPLIER, currency=Currency("EUR"), lines=(line,)
        )
    ]


def test_a_receipt_becomes_a_fact_before_its_order_too() -> None:
    ask = MATCHING.record_receipt(RECEIVED, cause("ordering/1-3"))
    assert ask.key == f"{DEPARTMENT}/45"
    assert facts_of(ask) == [
        ReceiptRecorded(
            evidence="ordering/1-3",
            receipt=ReceiptNumber("R"),
            lines=(ReceiptLine(line=LINE, quantity=Decimal(2)),),
        )
    ]


def test_a_credit_note_is_recorded_with_what_it_takes_back() -> None:
    ask = MATCHING.record_invoice(presented(InvoiceKind.CREDIT_NOTE), cause("invoicing/1-1", "t"))
    recorded, _ = facts_of(ask)
    line = InvoiceLine(
        line=LINE, order_line=None, quantity=Decimal(-2), unit="EA", price=Decimal(5),
        net=Decimal(-10), description="Chair",
    )  # fmt: skip
    assert recorded == InvoiceRecorded(
        evidence="invoicing/1-1", trace="t", supplier=SUPPLIER, invoice=InvoiceNumber("F1"),
        credit=True, currency=Currency("EUR"), lines=(line,),
    )  # fmt: skip


def test_each_decision_names_what_it_rests_on_and_links_to_the_submission() -> None:
    # Given an invoice before its order, then the order, then the receipt
    case, decisions = Case(), list[MatchDecided]()
    for ask in (
        MATCHING.record_invoice(presented(), cause("invoicing/1-1", "00-aa-bb-01")),
        MATCHING.record_order(PLACED, cause("ordering/1-2", "00-cc-dd-01")),
        MATCHING.record_receipt(RECEIVED, cause("ordering/1-3", "00-ee-ff-01")),
    ):
        facts = facts_of(ask, case)
        case = reduce(CASE.evolve, facts, case)
        decisions += [fact for fact in facts if isinstance(fact, MatchDecided)]
    # Then it waits, is held, is matched; each on what was known then
    assert [(one.number, one.outcome) for one in decisions] == [
        (1, Outcome.WAITING),
        (2, Outcome.HELD),
        (3, Outcome.MATCHED),
    ]
    assert [one.rests_on for one in decisions] == [
        ("invoicing/1-1",),
        ("ordering/1-2", "invoicing/1-1"),
        ("ordering/1-2", "ordering/1-3", "invoicing/1-1"),
    ]
    # And what something else caused links to the submission
    assert CASE.links is not None
    assert [CASE.links(one) for one in decisions] == [None, "00-aa-bb-01", "00-aa-bb-01"]
    assert case.open == {}


def test_only_decisions_link_to_another_trace() -> None:
    recorded, _ = facts_of(MATCHING.record_invoice(presented(), cause("invoicing/1-1", "t")))
    assert CASE.links is not None
    assert CASE.links(recorded) is None


def test_the_policy_is_that_of_the_department() -> None:
    for department, label in ((DEPARTMENT, "unnamed@1"), (OTHER, "lax@7")):
        ask = MATCHING.record_invoice(presented(department=department), cause("invoicing/1-1"))
        _, decided = facts_of(ask)
        assert isinstance(decided, MatchDecided)
        assert decided.policy == label


def test_a_second_order_of_the_same_key_changes_nothing() -> None:
    [first] = facts_of(MATCHING.record_order(PLACED, cause("ordering/1-1")))
    case = CASE.evolve(Case(), first)
    assert facts_of(MATCHING.record_order(PLACED, cause("ordering/1-2")), case) == []
