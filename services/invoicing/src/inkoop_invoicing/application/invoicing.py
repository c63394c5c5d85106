"""What may be asked: receive an invoice, note a decision of matching."""

from functools import partial

from inkoop_events.values import InvoiceKey, InvoiceNumber, Oin, SupplierId, invoice_key
from inkoop_invoicing.domain.invoice import (
    Invoice,
    InvoiceBecamePayable,
    InvoiceDuplicated,
    InvoiceFact,
    InvoiceHeld,
    InvoicePresented,
    InvoiceReceived,
    MatchNoted,
    evolve,
    note_decision,
)
from inkoop_invoicing.domain.reception import Claim, receive
from inkoop_kit.streams import Ask, Kind, Original

INVOICE: Kind[Invoice, InvoiceFact] = Kind(
    name="invoice",
    facts=(
        InvoiceReceived,
        InvoicePresented,
        InvoiceHeld,
        MatchNoted,
        InvoiceDuplicated,
        InvoiceBecamePayable,
    ),
    state=Invoice,
    evolve=evolve,
)


class Invoicing:
    """The commands of the invoicing service."""

    def receive_invoice(
        self,
        department: Oin,
        supplier: SupplierId,
        invoice: InvoiceNumber,
        claim: Claim,
        original: Original,
    ) -> Ask[Invoice, InvoiceFact]:
        """Receive an invoice or credit note; the document is kept, also when it is a duplicate."""
        decide = partial(receive, number=invoice, claim=claim)
        return Ask(INVOICE, invoice_key(department, supplier, invoice), decide, (original,))

    def note_decision(self, invoice: InvoiceKey, noted: MatchNoted) -> Ask[Invoice, InvoiceFact]:
        """Let a decision of matching on one of the invoice's orders count."""
        return Ask(INVOICE, invoice, partial(note_decision, noted=noted))
