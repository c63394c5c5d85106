import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inkoop_cli.commands.demo import mark_of
from inkoop_cli.demo.play import play
from inkoop_cli.demo.step import Step, numbered
from inkoop_cli.demo.story import Storyteller
from inkoop_cli.options import open_services
from inkoop_cli.sniff import sniff
from inkoop_cli.testing import DEPARTMENT, Doubles, Inkoop

TODAY = date(2026, 11, 24)
INVOICE = f"{DEPARTMENT}/F-1"


def told(kind: str, **data: Any) -> dict[str, Any]:
    return {
        "service": "invoicing",
        "id": f"3-{kind}",
        "type": kind,
        "key": INVOICE,
        "recorded_at": "2026-11-24T09:00:00+00:00",
        "data": data,
    }


def step(**more: Any) -> Step:
    document = b"<Invoice><cbc:ID>F-1</cbc:ID></Invoice>"
    return Step(says="An invoice", name="f.xml", document=document, invoice=INVOICE, **more)


def test_no_number_of_a_run_is_in_another_run() -> None:
    moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
    runs = [mark_of(moment + timedelta(seconds=second)) for second in range(1000)]
    assert len(set(runs)) == 1000
    first = [each.document for _, each in numbered(Storyteller(runs[0], TODAY).chapters())]
    assert all(runs[0].encode() in document for document in first)


def test_every_document_of_the_story_is_one_that_we_take_in() -> None:
    steps = [each for _, each in numbered(Storyteller("X1", TODAY).chapters())]
    assert len(steps) == 24
    assert all(sniff(each.document)[0] is not None for each in steps)


@pytest.mark.parametrize(
    ("facts", "state", "codes"),
    [
        ([told("invoice-received", orders=["4500"])], "received", ()),
        ([told("invoice-became-payable")], "payable", ()),
        ([told("invoice-held", codes=["NO_ORDER_REFERENCE"])], "held", ("NO_ORDER_REFERENCE",)),
        (
            [told("match-noted", order="4500", outcome="held", codes=["PRICE_OVER"])],
            "held",
            ("PRICE_OVER",),
        ),
        (
            [told("match-noted", order="4500", outcome="waiting", codes=["NO_ORDER_YET"])],
            "waiting",
            ("NO_ORDER_YET",),
        ),
    ],
)
def test_a_step_is_as_expected_when_the_invoice_stands_where_it_should(
    doubles: Doubles, facts: list[dict[str, Any]], state: str, codes: tuple[str, ...]
) -> None:
    doubles.invoicing.trail = facts
    with open_services() as services:
        played = play(services, step(state=state, codes=codes), patience=5)
    assert played.as_expected
    assert (played.outcome, played.codes) == (state, codes)


def test_another_state_another_reason_or_another_answer_is_not_as_expected(
    doubles: Doubles,
) -> None:
    held = told("match-noted", order="4500", outcome="held", codes=["PRICE_OVER"])
    doubles.invoicing.trail = [held]
    with open_services() as services:
        for wrong in (
            step(state="payable"),
            step(state="held", codes=("QTY_OVER_RECEIVED",)),
            step(state="held", answer="refused"),
        ):
            assert not play(services, wrong, patience=0).as_expected


def test_the_demo_fails_when_one_outcome_is_not_the_expected_one(
    doubles: Doubles, inkoop: Inkoop
) -> None:
    said = inkoop("demo", "--patience", "0")  # the double decides on nothing
    assert said.code == 1
    assert "✗ Invoice for 10 chairs (NLCIUS): expected payable, got" in said.out
    assert " of 24 outcomes as expected" in said.out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "an-invoice.xml").write_text("<Invoice><cbc:ID>F-1</cbc:ID></Invoice>")
    (tmp_path / "the-order.xml").write_text("<Order><cbc:ID>4500</cbc:ID></Order>")
    (tmp_path / "wrong.xml").write_text("<Invoice>wrong-sum</Invoice>")
    (tmp_path / "answer.xml").write_text("<OrderResponse/>")
    return tmp_path


def test_foreign_documents_are_well_when_each_has_a_named_answer(
    doubles: Doubles, inkoop: Inkoop, folder: Path
) -> None:
    held = told("match-noted", order="4500", outcome="held", codes=["NO_ORDER_LINE"])
    doubles.invoicing.trail = [held]
    said = inkoop("demo", "--docs", folder)
    assert said.code == 0
    assert "4 documents, 4 with a named answer." in said.out
    assert "NO_ORDER_LINE: the order has no such line" in said.out
    assert "UNKNOWN_DOCUMENT: <OrderResponse>" in said.out


def test_a_foreign_document_without_decision_is_not_well(
    doubles: Doubles, inkoop: Inkoop, folder: Path
) -> None:
    said = inkoop("demo", "--docs", folder, "--patience", "0")
    assert said.code == 1
    assert "4 documents, 3 with a named answer." in said.out


def test_names_that_begin_with_a_number_tell_the_order(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    (tmp_path / "1-invoice.xml").write_text("<Invoice><cbc:ID>F-1</cbc:ID></Invoice>")
    (tmp_path / "2-order.xml").write_text("<Order><cbc:ID>4500</cbc:ID></Order>")
    said = inkoop("demo", "--docs", tmp_path, "--patience", "0")
    assert said.out.index("1-invoice.xml") < said.out.index("2-order.xml")


def test_a_folder_without_documents_is_usage(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    assert inkoop("demo", "--docs", tmp_path).code == 2
    assert inkoop("demo", "--docs", tmp_path / "nowhere").code == 2


def test_receipts_are_json_that_the_contract_knows() -> None:
    receipts = [
        json.loads(each.document)
        for _, each in numbered(Storyteller("X1", TODAY).chapters())
        if each.name.endswith(".json")
    ]
    assert {frozenset(receipt) for receipt in receipts} == {
        frozenset({"type", "department", "order", "receipt", "received", "lines"})
    }
