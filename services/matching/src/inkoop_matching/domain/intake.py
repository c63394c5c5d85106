"""Intake: what follows when an order, a receipt or an invoice comes in, in whichever order.

A presentation is told once: invoicing presents an invoice once for each of its orders, and the
kit drops a message that it has seen. So no list of closed invoices is kept here; one that is still
open is known, and presented again it changes nothing.
"""

from inkoop_matching.domain.case import Case, evolve, name_of, opened
from inkoop_matching.domain.facts import CaseFact, InvoiceRecorded, OrderRecorded, ReceiptRecorded
from inkoop_matching.domain.judging import judge, rematch, takes_back
from inkoop_matching.domain.policy import Policy


def take_order(case: Case, order: OrderRecorded, policy: Policy) -> list[CaseFact]:
    """Note the order and decide on the invoices that waited for it; the first order counts."""
    if case.order is not None:
        return []
    if not case.open:
        return [order]
    return [order, *rematch(evolve(case, order), policy)]


def take_receipt(case: Case, receipt: ReceiptRecorded, policy: Policy) -> list[CaseFact]:
    """Note what came in and decide again on the open invoices of these lines."""
    if case.order is None or not case.open:
        return [receipt]
    touched = {line.line for line in receipt.lines}
    return [receipt, *rematch(evolve(case, receipt), policy, touched)]


def take_invoice(case: Case, recorded: InvoiceRecorded, policy: Policy) -> list[CaseFact]:
    """Note an invoice and decide on it; a credit that is matched makes room for the others."""
    invoice = opened(recorded)
    if name_of(invoice.supplier, invoice.invoice) in case.open:
        return []
    decided = judge(case, invoice, policy)
    facts: list[CaseFact] = [recorded, decided]
    if not case.open or not takes_back(decided, invoice):
        return facts
    after = evolve(evolve(case, recorded), decided)
    return [*facts, *rematch(after, policy)]
