"""What rows the facts of a case give, and that a rebuild gives the same."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any, LiteralString, cast

import pytest

from inkoop_events.invoicing import InvoicedLine, InvoiceKind, InvoicePresented
from inkoop_events.ordering import GoodsReceived, ReceivedLine
from inkoop_events.values import (
    Currency,
    InvoiceNumber,
    LineId,
    Oin,
    OrderNumber,
    ReceiptNumber,
    SupplierId,
)
from inkoop_kit.postgres import Database
from inkoop_kit.rebuild import rebuild
from inkoop_kit.streams import Cause, Told
from inkoop_kit.views import View
from inkoop_matching.domain.case import Case, evolve
from inkoop_matching.domain.facts import (
    CaseFact,
    Finding,
    InvoiceRecorded,
    MatchDecided,
    OrderRecorded,
    Outcome,
    ReceiptLine,
    ReceiptRecorded,
)
from inkoop_matching.views.cases import CASES
from inkoop_matching.views.decisions import DECISIONS

DEPARTMENT = Oin("00000001003214345000")
KEY = f"{DEPARTMENT}/4500/1"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SUPPLIER = SupplierId("0106:12345678")
INVOICE = InvoiceNumber("F/1")
ORDER = OrderRecorded(evidence="o", supplier=SUPPLIER, currency=Currency("EUR"), lines=())
RECEIPT = ReceiptRecorded(
    evidence="r",
    receipt=ReceiptNumber("R"),
    lines=(ReceiptLine(line=LineId("2"), quantity=Decimal(1)),),
)
PRESENTED = InvoiceRecorded(
    evidence="i", trace=None, supplier=SUPPLIER, invoice=INVOICE, credit=False,
    currency=Currency("EUR"), lines=(),
)  # fmt: skip


def rows_of(view: View[Case, CaseFact], *facts: CaseFact) -> list[dict[str, Any]]:
    """The rows that the last of these facts gives."""
    cause = Cause("ordering/1-1", "jan", DEPARTMENT, "", NOW)
    told = Told(KEY, 3, len(facts), facts[-1], reduce(evolve, facts, Case()), cause)
    names = [column.name for column in view.columns]
    return [dict(zip(names, row, strict=True)) for row in view.rows(told)]


def decided(outcome: Outcome, *findings: Finding, number: int = 1) -> MatchDecided:
    return MatchDecided(
        supplier=SUPPLIER,
        invoice=INVOICE,
        number=number,
        outcome=outcome,
        policy="default@1",
        findings=findings,
    )


def test_a_decision_is_shown_with_each_of_its_codes_once() -> None:
    findings = (
        Finding(code="B", rule="x"),
        Finding(code="A", rule="x"),
        Finding(code="B", rule="y"),
    )
    [row] = rows_of(DECISIONS, ORDER, PRESENTED, decided(Outcome.HELD, *findings, number=3))
    assert (row["department"], row["order_number"]) == (DEPARTMENT, "4500/1")
    assert (row["supplier"], row["invoice"]) == (SUPPLIER, "F/1")
    assert (row["outcome"], row["codes"]) == ("held", ["A", "B"])
    assert row["decision"] == f"{KEY}|{DEPARTMENT}/{SUPPLIER}/F/1|3"
    assert row["since"] == NOW


def test_only_decisions_change_what_is_in_force() -> None:
    assert rows_of(DECISIONS, ORDER) == []
    assert rows_of(DECISIONS, ORDER, RECEIPT) == []
    assert rows_of(DECISIONS, ORDER, PRESENTED) == []


def test_what_comes_before_its_order_is_shown_as_unknown() -> None:
    for fact in (RECEIPT, PRESENTED):
        [row] = rows_of(CASES, fact)
        assert (row["known"], row["strange_lines"]) == (False, [])


def test_an_order_shows_what_came_in_for_lines_that_it_does_not_have() -> None:
    [row] = rows_of(CASES, RECEIPT, ORDER)
    assert (row["known"], row["strange_lines"]) == (True, ["2"])
    assert rows_of(CASES, ORDER, RECEIPT) == [row]


def test_the_usual_receipt_and_invoice_change_nothing_of_a_known_order() -> None:
    nothing = ReceiptRecorded(evidence="r", receipt=ReceiptNumber("R"), lines=())
    assert rows_of(CASES, ORDER, nothing) == []
    assert rows_of(CASES, ORDER, PRESENTED) == []
    assert rows_of(CASES, ORDER, PRESENTED, decided(Outcome.MATCHED)) == []


@pytest.mark.integration
def test_views_that_are_built_anew_are_the_live_ones(
    tell: Callable[[list[Any]], None], connect: Callable[[], Database]
) -> None:
    # Given orders that never came, some received, some invoiced, some both
    tell([event for n in range(40) for event in happened(n)])
    connection = connect().connection

    def rows(view: View[Any, Any]) -> list[tuple[Any, ...]]:
        names = ", ".join(column.name for column in view.columns)
        query = f"select lane, {names} from {view.name} order by 1, 2, 3, 4"
        return connection.execute(cast("LiteralString", query)).fetchall()

    live = [rows(view) for view in (DECISIONS, CASES)]
    assert [len(found) for found in live] == [30, 40]
    # When both are rebuilt from zero
    for view in (DECISIONS, CASES):
        assert sum(lane.rows for lane in rebuild(connect(), view)) > 0
    # Then nothing differs
    assert [rows(view) for view in (DECISIONS, CASES)] == live


def happened(number: int) -> list[Any]:
    order = OrderNumber(f"4500/{number}")
    received = GoodsReceived(
        department=DEPARTMENT, order=order, receipt=ReceiptNumber("R"), received=date(2026, 1, 1),
        lines=(ReceivedLine(line=LineId("1"), quantity=Decimal(1)),),
    )  # fmt: skip
    invoiced = InvoicedLine(
        line=LineId("1"), order_line=LineId("1"), quantity=Decimal(1), unit="EA",
        price=Decimal(1), net=Decimal(1),
    )  # fmt: skip
    presented = InvoicePresented(
        department=DEPARTMENT, order=order, supplier=SUPPLIER, invoice=INVOICE,
        kind=InvoiceKind.INVOICE, issued=date(2026, 1, 1), currency=Currency("EUR"),
        lines=(invoiced,),
    )  # fmt: skip
    return [[received], [presented], [received, presented], [presented, received]][number % 4]
