"""Documents that come in: which they are, what they ask, and what a refusal of them means."""

from collections.abc import Sequence
from typing import Any

from inkoop_host.findings import Finding, Message, warn
from inkoop_host.forms import fill_in, is_json, read_json
from inkoop_host.intake import Document
from inkoop_host.outcomes import NotUnderstood, Understood
from inkoop_invoicing.application.invoicing import Invoicing
from inkoop_invoicing.domain.invoice import InvoiceDuplicated, InvoiceHeld
from inkoop_invoicing.inbound.forms import InvoiceForm, invoice_claim
from inkoop_invoicing.inbound.ubl import read_ubl
from inkoop_invoicing.inbound.words import WORDS
from inkoop_kit.streams import Original, Refused

_UNKNOWN = Finding(
    rule="UNKNOWN_DOCUMENT",
    location="/type",
    message=Message(
        nl='Dit is geen factuur of creditnota: "type" is "invoice" of "credit-note".',
        en='This is no invoice or credit note: "type" is "invoice" or "credit-note".',
    ),
)


class InvoicingReader:
    """Reads invoices and credit notes."""

    words = WORDS

    def __init__(self, invoicing: Invoicing) -> None:
        self._invoicing = invoicing

    def read(self, document: Document) -> Understood:
        """What the document asks. Raises NotUnderstood with all that is wrong with it."""
        original = Original(document.sha256, document.media_type, document.data)
        if is_json(document.data):
            form = _form(document)
            claim, warnings = invoice_claim(form, document.sha256), ()
            key = form.department, form.supplier, form.invoice
        else:
            ubl = read_ubl(document.data)
            claim, warnings = ubl.claim(document.sha256), ubl.warnings
            key = ubl.department, ubl.supplier, ubl.number
        asked = self._invoicing.receive_invoice(*key, claim, original)
        return Understood(claim.kind.value, asked.key, asked, warnings)

    def judge(self, facts: Sequence[Any]) -> Refused | None:
        """A document that was kept as a duplicate is told so."""
        for fact in facts:
            if isinstance(fact, InvoiceDuplicated):
                return Refused("DUPLICATE", f"document {fact.first_document} has this number")
        return None

    def notice(self, facts: Sequence[Any]) -> list[Finding]:
        """An invoice that is held at once is told why."""
        held = [fact for fact in facts if isinstance(fact, InvoiceHeld)]
        return [warn(code, WORDS, _place(fact)) for fact in held for code in fact.codes]


def _place(held: InvoiceHeld) -> str:
    return f"lines[{', '.join(held.lines)}]" if held.lines else ""


def _form(document: Document) -> InvoiceForm:
    content = read_json(document.data)
    sort = content.get("type") if isinstance(content, dict) else None
    if sort not in ("invoice", "credit-note"):
        raise NotUnderstood([_UNKNOWN])
    return fill_in(InvoiceForm, content, sort)
