"""Matching over HTTP: what is decided and why, what is open, and by which policies."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from inkoop_host.callers import Asks
from inkoop_host.problems import Problem
from inkoop_host.questions import OIN, Limit, Reference, Trail
from inkoop_kit.desk import Desk
from inkoop_matching.application.matching import Matching
from inkoop_matching.domain.facts import Outcome
from inkoop_matching.domain.policy import Policy
from inkoop_matching.views.cases import CaseRow, cases_of
from inkoop_matching.views.decisions import DecisionRow, list_decisions, open_on
from inkoop_matching.views.trail import trail_of_invoice, trail_of_order


class DecisionPage(BaseModel):
    """Some decisions in force; `next` is the `after` of the page behind it."""

    decisions: list[DecisionRow]
    next: str | None


class OpenCase(CaseRow):
    """An order with the invoices that are held or wait, longest first."""

    open: list[DecisionRow]


class OpenCases(BaseModel):
    """The orders that were asked for."""

    orders: list[OpenCase]


class PolicyInForce(BaseModel):
    """A policy, and whose it is: of a department, or without one of all that have none."""

    department: str | None
    policy: Policy


class PoliciesInForce(BaseModel):
    """The default, and the caller's own where there is one."""

    policies: list[PolicyInForce]


def router(matching: Matching, desk: Desk) -> APIRouter:
    """The routes of the matching service."""
    routes = APIRouter(prefix="/v1")
    _show_decisions(routes, desk)
    _show_trail(routes, desk)
    _show_policies(routes, matching)
    return routes


def _show_decisions(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/decisions", tags=["decisions"])
    async def get_decisions(
        asks: Asks,
        department: Annotated[str | None, Query(pattern=OIN)] = None,
        outcome: Outcome | None = None,
        after: Annotated[str, Query(max_length=1000)] = "",
        limit: Limit = 50,
    ) -> DecisionPage:
        """The decisions in force that the caller's organisation may see, a page at a time."""
        rows = await list_decisions(desk, asks.organisation, department, outcome, after, limit)
        return DecisionPage(decisions=rows, next=rows[-1].match if len(rows) == limit else None)

    @routes.get("/open", tags=["decisions"])
    async def get_open(asks: Asks, order: Reference) -> OpenCases:
        """The invoices that are held or wait on an order, and what came in for unknown lines."""
        cases = await cases_of(desk, asks.organisation, order)
        if not cases:
            raise _unknown()
        orders: list[OpenCase] = []
        for case in cases:
            rows = await open_on(desk, asks.organisation, case.department, case.order_number)
            orders.append(OpenCase(**case.model_dump(), open=rows))
        return OpenCases(orders=orders)


def _show_trail(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/trail", tags=["trail"])
    async def get_trail(
        asks: Asks, order: Reference | None = None, invoice: Reference | None = None
    ) -> Trail:
        """The trail of an order; or what concerns an invoice, with what it was decided on."""
        if (invoice is None) == (order is None):
            raise Problem(400, "INVALID_INPUT", "Ask for an order or for an invoice")
        if order is not None:
            entries = await trail_of_order(desk, asks.organisation, order)
        else:
            entries = await trail_of_invoice(desk, asks.organisation, invoice or "")
        if not entries:
            raise _unknown()
        return Trail(entries=entries)


def _show_policies(routes: APIRouter, matching: Matching) -> None:
    @routes.get("/policies", tags=["policies"])
    async def get_policies(asks: Asks) -> PoliciesInForce:
        """The policies by which the invoices of the caller's organisation are judged."""
        policies = matching.policies
        shown = [PolicyInForce(department=None, policy=policies.default)]
        if (own := policies.of(asks.organisation)) is not policies.default:
            shown.append(PolicyInForce(department=asks.organisation, policy=own))
        return PoliciesInForce(policies=shown)


def _unknown() -> Problem:
    return Problem(404, "UNKNOWN_ORDER_OR_INVOICE", "There is nothing of it here that you may see")
