from datetime import date
from decimal import Decimal

from inkoop_events.values import (
    Currency,
    InvoiceNumber,
    LineId,
    Oin,
    OrderNumber,
    SupplierId,
    invoice_key,
)
from inkoop_invoicing.application.invoicing import INVOICE, Invoicing
from inkoop_invoicing.domain.invoice import InvoiceKind, InvoiceLine, MatchNoted, Outcome
from inkoop_invoicing.domain.reception import Claim, ClaimLine
from inkoop_kit.streams import Original

DEPARTMENT = Oin("00000001003214345000")
SUPPLIER = SupplierId("0106:12345678")
NUMBER = InvoiceNumber("F-1")
ORDER = OrderNumber("4500")


def test_an_invoice_and_the_decision_on_it_are_asked_of_one_stream() -> None:
    line = InvoiceLine(
        line=LineId("1"), quantity=Decimal(1), unit="EA", price=Decimal(1), net=Decimal(1)
    )
    claim = Claim(
        kind=InvoiceKind.INVOICE,
        issued=date(2026, 11, 5),
        currency=Currency("EUR"),
        net=Decimal(1),
        vat=Decimal(0),
        payable=Decimal(1),
        order=ORDER,
        lines=(ClaimLine(line=line),),
        document="aa",
    )
    original = Original("aa", "application/json", b"{}")
    noted = MatchNoted(order=ORDER, decision="d|1", number=1, outcome=Outcome.MATCHED)

    receiving = Invoicing().receive_invoice(DEPARTMENT, SUPPLIER, NUMBER, claim, original)
    noting = Invoicing().note_decision(invoice_key(DEPARTMENT, SUPPLIER, NUMBER), noted)

    assert receiving.key == noting.key == "00000001003214345000/0106:12345678/F-1"
    assert receiving.originals == (original,)
    state = INVOICE.state()
    for fact in receiving.decide(state):
        state = INVOICE.evolve(state, fact)
    assert [fact.TYPE for fact in noting.decide(state)] == ["match-noted", "invoice-became-payable"]
