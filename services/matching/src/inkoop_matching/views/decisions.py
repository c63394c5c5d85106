"""Which decision is in force on each invoice's part for an order, and why?"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from pydantic import BaseModel

from inkoop_events.values import invoice_named, split_order_key
from inkoop_kit.desk import Desk
from inkoop_kit.streams import Told
from inkoop_kit.views import Column, View
from inkoop_matching.application.matching import CASE
from inkoop_matching.domain.case import Case
from inkoop_matching.domain.facts import CaseFact, MatchDecided, Outcome
from inkoop_matching.domain.naming import decision_name, match_name

_COLUMNS = """department, order_number, supplier, invoice, outcome, codes, decision, policy,
    findings, since"""
_PAGE = f"""select {_COLUMNS} from decisions
    where (%(department)s::text is null or department = %(department)s)
        and (%(outcome)s::text is null or outcome = %(outcome)s)
        and (department, order_number, supplier, invoice)
            > (%(after_department)s, %(after_order)s, %(after_supplier)s, %(after_invoice)s)
    order by department, order_number, supplier, invoice
    limit %(limit)s"""  # noqa: S608 — a constant
_OPEN = f"""select {_COLUMNS} from decisions
    where department = %(department)s and order_number = %(order_number)s
        and outcome in ('held', 'waiting')
    order by since, supplier, invoice limit 1000"""  # noqa: S608 — a constant
_OF_INVOICE = f"""select {_COLUMNS} from decisions
    where invoice = %(invoice)s
        and (%(department)s::text is null or department = %(department)s)
        and (%(supplier)s::text is null or supplier = %(supplier)s)
    order by department, order_number, supplier limit 100"""  # noqa: S608 — a constant


class DecisionRow(BaseModel):
    """The decision in force; `findings` say the rule, its limit, what was found, and the line."""

    department: str
    order_number: str
    supplier: str
    invoice: str
    outcome: Outcome
    codes: list[str]
    decision: str
    policy: str
    findings: list[dict[str, Any]]
    since: datetime

    @property
    def order_key(self) -> str:
        """The key of the order that it is about."""
        return f"{self.department}/{self.order_number}"

    @property
    def match(self) -> str:
        """What it decides on: the decision's name without its number."""
        return self.decision.rpartition("|")[0]


def _rows(told: Told[Case, CaseFact]) -> Iterator[tuple[Any, ...]]:
    fact = told.fact
    if isinstance(fact, MatchDecided):  # no other comes here
        department, order = split_order_key(told.key)
        match = match_name(told.key, department, fact.supplier, fact.invoice)
        codes = sorted({finding.code for finding in fact.findings}) if fact.findings else []
        yield (
            department,
            order,
            fact.supplier,
            fact.invoice,
            fact.outcome.value,
            codes,
            decision_name(match, fact.number),
            fact.policy,
            msgspec.json.encode(fact.findings).decode() if codes else "[]",
            told.cause.occurred_at,
        )


DECISIONS = View(
    name="decisions",
    kind=CASE,
    columns=(
        Column("department", "text", key=True),
        Column("order_number", "text", key=True),
        Column("supplier", "text", key=True),
        Column("invoice", "text", key=True),
        Column("outcome", "text"),
        Column("codes", "text[]"),
        Column("decision", "text"),
        Column("policy", "text"),
        Column("findings", "jsonb"),
        Column("since", "timestamptz"),
    ),
    rows=_rows,
    only=(MatchDecided,),
)


async def list_decisions(
    desk: Desk,
    organisation: str,
    department: str | None,
    outcome: Outcome | None,
    after: str,
    limit: int,
) -> list[DecisionRow]:
    """The decisions behind the match `after`, in the order of order, supplier and invoice."""
    values = {
        "department": department,
        "outcome": outcome and outcome.value,
        "limit": limit,
        **_place(after),
    }
    return [DecisionRow(**row) for row in await desk.read(organisation, _PAGE, values)]


async def open_on(
    desk: Desk, organisation: str, department: str, order_number: str
) -> list[DecisionRow]:
    """What is held or waits on an order, longest first."""
    values = {"department": department, "order_number": order_number}
    return [DecisionRow(**row) for row in await desk.read(organisation, _OPEN, values)]


async def decisions_on(desk: Desk, organisation: str, reference: str) -> list[DecisionRow]:
    """The decisions in force on the invoices that a full key or a bare number names."""
    department, supplier, invoice = invoice_named(reference)
    values = {"department": department, "supplier": supplier, "invoice": invoice}
    return [DecisionRow(**row) for row in await desk.read(organisation, _OF_INVOICE, values)]


def _place(match: str) -> dict[str, str]:
    """The columns of a match's name; what is no such name stands before all."""
    department, _, rest = match.partition("/")
    order, _, invoice_key = rest.partition(f"|{department}/")
    supplier, _, invoice = invoice_key.partition("/")
    return {
        "after_department": department,
        "after_order": order,
        "after_supplier": supplier,
        "after_invoice": invoice,
    }
