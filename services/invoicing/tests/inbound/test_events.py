from datetime import UTC, datetime

from inkoop_events.matching import TOPIC, MatchDecided, MatchFinding, MatchOutcome
from inkoop_events.values import InvoiceNumber, Oin, OrderNumber, SupplierId
from inkoop_invoicing.application.invoicing import Invoicing
from inkoop_invoicing.domain.invoice import Invoice, MatchNoted, Outcome
from inkoop_invoicing.inbound.events import on_match_decided, subscriptions
from inkoop_kit.streams import Cause

CAUSE = Cause("matching/3-1", "jan", "00000001003214345000", "", datetime(2026, 11, 24, tzinfo=UTC))
ORDER = OrderNumber("4500|x")
PRICE = MatchFinding(code="PRICE", rule="R-1")


def decided(*findings: MatchFinding) -> MatchDecided:
    return MatchDecided(
        decision="d|x|12",
        number=12,
        replaces=None,
        department=Oin("00000001003214345000"),
        order=ORDER,
        supplier=SupplierId("0106:12345678"),
        invoice=InvoiceNumber("F/1"),
        outcome=MatchOutcome.HELD,
        findings=findings,
        policy="default 1",
        rests_on=(),
    )


def test_decisions_are_heard_under_the_key_of_the_invoice() -> None:
    [subscription] = subscriptions(Invoicing())
    assert (subscription.topic, subscription.event) == (TOPIC, MatchDecided)
    asked = subscription.ask(decided(), CAUSE)
    assert asked.key == "00000001003214345000/0106:12345678/F/1"


def test_a_decision_counts_with_its_number_and_its_reasons_once() -> None:
    notice = MatchFinding(code="LATE", rule="R-2", notice=True)
    asked = on_match_decided(Invoicing(), decided(PRICE, notice, PRICE), CAUSE)
    [noted, _] = asked.decide(Invoice(matches={ORDER: None}))
    assert noted == MatchNoted(
        order=ORDER,
        decision="d|x|12",
        number=12,
        outcome=Outcome.HELD,
        codes=("PRICE",),
        position=1,
    )
