"""Judging: the decision on an open invoice, and again on all that a change can concern."""

from collections import deque
from collections.abc import Set as AbstractSet

from inkoop_events.values import LineId, SupplierId
from inkoop_matching.domain.case import Case, OpenInvoice, Order, evolve, lowers, named
from inkoop_matching.domain.comparison import compare
from inkoop_matching.domain.facts import Finding, MatchDecided, Outcome
from inkoop_matching.domain.placing import place
from inkoop_matching.domain.policy import Policy

_NO_ORDER_YET = (Finding(code="NO_ORDER_YET", rule="order"),)
_SUPPLIER_MISMATCH = (Finding(code="SUPPLIER_MISMATCH", rule="supplier"),)
_CURRENCY_MISMATCH = Finding(code="CURRENCY_MISMATCH", rule="currency")
_NO_LINES = Finding(code="NO_ORDER_LINE", rule="order_line")


def judge(case: Case, invoice: OpenInvoice, policy: Policy) -> MatchDecided:
    """The decision on an invoice as things stand, whatever the one in force says.

    Without its order an invoice waits. That of another supplier is held and counted on no line:
    it must not use up what the order's own supplier may invoice.
    """
    order, placed = case.order, invoice.placed
    if order is None:
        findings, placed = _NO_ORDER_YET, ()
    elif policy.supplier and _differ(order.supplier, invoice.supplier):
        findings, placed = _SUPPLIER_MISMATCH, placed or (None,) * len(invoice.lines)
    else:
        before = case.invoiced if placed is None else invoice.before
        placed = place(case, invoice, policy) if placed is None else placed
        findings = _header(order, invoice) + tuple(compare(case, invoice, placed, before, policy))
    return MatchDecided(
        supplier=invoice.supplier,
        invoice=invoice.invoice,
        number=invoice.number + 1,
        outcome=Outcome.WAITING if order is None else _outcome(findings),
        policy=policy.label,
        findings=findings,
        rests_on=_evidence(case, invoice, placed),
        placed=() if invoice.placed is not None or placed == named(invoice.lines) else placed,
        trace=invoice.trace if invoice.number else None,
    )


def rematch(
    case: Case, policy: Policy, touched: AbstractSet[LineId] | None = None
) -> list[MatchDecided]:
    """New decisions on the open invoices, in the order of arrival, until none changes more.

    `touched` are the order lines on which something changed; none: all. What a credit takes back
    when it is matched makes room for the invoices before it too, so these are judged again.
    """
    decisions: list[MatchDecided] = []
    waiting = deque(open_ for open_ in case.open.values() if _concerned(open_, touched))
    while waiting:
        invoice = waiting.popleft()
        decided = judge(case, invoice, policy)
        if _repeats(decided, invoice):
            continue
        decisions.append(decided)
        case = evolve(case, decided)
        if takes_back(decided, invoice):
            waiting = deque(case.open.values())
    return decisions


def takes_back(decided: MatchDecided, invoice: OpenInvoice) -> bool:
    """True when the decision closes an invoice that lowers what is invoiced on a line."""
    return decided.outcome.closes and any(lowers(line) for line in invoice.lines)


def _repeats(decided: MatchDecided, invoice: OpenInvoice) -> bool:
    """True when nothing changed but what it rests on: the decision in force then stays."""
    return decided.outcome is invoice.outcome and decided.findings == invoice.findings


def _header(order: Order, invoice: OpenInvoice) -> tuple[Finding, ...]:
    """What is wrong with the invoice as a whole."""
    if not invoice.lines:
        return (_NO_LINES,)
    return () if invoice.currency == order.currency else (_CURRENCY_MISMATCH,)


def _differ(ordered_from: SupplierId, invoiced_by: SupplierId) -> bool:
    """True for two ids of one scheme; ids of two schemes may well be the same supplier."""
    if ordered_from == invoiced_by:
        return False
    return ordered_from.partition(":")[0] == invoiced_by.partition(":")[0]


def _outcome(findings: tuple[Finding, ...]) -> Outcome:
    if not findings:
        return Outcome.MATCHED
    told_only = all(finding.notice for finding in findings)
    return Outcome.MATCHED_WITH_NOTICE if told_only else Outcome.HELD


def _evidence(
    case: Case, invoice: OpenInvoice, placed: tuple[LineId | None, ...]
) -> tuple[str, ...]:
    """The order, the last receipt of each line concerned, the presentation; each once."""
    if case.order is None:
        return (invoice.evidence,)
    rests_on = {case.order.evidence: None}
    for order_line in placed:
        received = case.received.get(order_line) if order_line is not None else None
        if received is not None:
            rests_on[received.evidence] = None
    return (*rests_on, invoice.evidence)


def _concerned(invoice: OpenInvoice, touched: AbstractSet[LineId] | None) -> bool:
    return touched is None or not touched.isdisjoint(invoice.before)
