"""What invoicing hears: the decisions of matching."""

from functools import partial

from inkoop_events.matching import TOPIC, MatchDecided
from inkoop_invoicing.application.invoicing import Invoicing
from inkoop_invoicing.domain.invoice import Invoice, InvoiceFact, MatchNoted, Outcome
from inkoop_kit.hearing import Subscription
from inkoop_kit.streams import Ask, Cause


def subscriptions(invoicing: Invoicing) -> tuple[Subscription[MatchDecided], ...]:
    """The events that invoicing acts on."""
    return (Subscription(TOPIC, MatchDecided, partial(on_match_decided, invoicing)),)


def on_match_decided(
    invoicing: Invoicing, decided: MatchDecided, cause: Cause
) -> Ask[Invoice, InvoiceFact]:
    """A decision on one order of an invoice: it counts if it is the newest on that order."""
    codes = [finding.code for finding in decided.findings if not finding.notice]
    noted = MatchNoted(
        order=decided.order,
        decision=decided.decision,
        number=decided.number,
        outcome=Outcome(decided.outcome.value),
        codes=tuple(dict.fromkeys(codes)),
        position=int(cause.id.rpartition("-")[2]),
    )
    return invoicing.note_decision(decided.key, noted)
