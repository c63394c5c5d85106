"""What the others may know: every decision, as a public event."""

from decimal import Decimal

from inkoop_events import matching as public
from inkoop_events.values import MAX_WHOLE_DIGITS, split_order_key
from inkoop_matching.domain.facts import CaseFact, Finding, MatchDecided, Outcome
from inkoop_matching.domain.naming import decision_name, match_name

_OUTCOMES = {outcome: public.MatchOutcome(outcome.value) for outcome in Outcome}


def to_public(key: str, fact: CaseFact) -> public.MatchDecided | None:
    """The public event of a fact of the order `key`; what came in was told by who sent it."""
    if not isinstance(fact, MatchDecided):
        return None
    department, order = split_order_key(key)
    match = match_name(key, department, fact.supplier, fact.invoice)
    return public.MatchDecided(
        decision=decision_name(match, fact.number),
        number=fact.number,
        replaces=decision_name(match, fact.number - 1) if fact.number > 1 else None,
        department=department,
        order=order,
        supplier=fact.supplier,
        invoice=fact.invoice,
        outcome=_OUTCOMES[fact.outcome],
        findings=tuple([_finding(finding) for finding in fact.findings]) if fact.findings else (),
        policy=fact.policy,
        rests_on=fact.rests_on,
    )


def _finding(finding: Finding) -> public.MatchFinding:
    return public.MatchFinding(
        code=finding.code,
        rule=finding.rule,
        line=finding.line,
        order_line=finding.order_line,
        limit=_sayable(finding.limit),
        actual=_sayable(finding.actual),
        excess=_sayable(finding.excess),
        notice=finding.notice,
    )


def _sayable(number: Decimal | None) -> Decimal | None:
    """None for a sum that outgrew the numbers of an event: two absurd invoices must not stop us."""
    return None if number is None or number.adjusted() >= MAX_WHOLE_DIGITS else number
