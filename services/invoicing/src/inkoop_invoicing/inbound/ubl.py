"""Invoices and credit notes as XML: what the library of documents reads of them, in our terms."""

from dataclasses import dataclass

from inkoop_documents import Invoice, take_in
from inkoop_events.values import InvoiceNumber, Oin, SupplierId
from inkoop_events.values.faults import describe
from inkoop_host.findings import Finding, Message, finding_of
from inkoop_host.outcomes import NotUnderstood
from inkoop_invoicing.domain.invoice import InvoiceKind, InvoiceLine
from inkoop_invoicing.domain.reception import Claim, ClaimLine

_NO_INVOICE = Finding(
    rule="UNKNOWN_DOCUMENT",
    location="/",
    message=Message(
        nl="Dit is geen factuur; orders gaan naar de dienst ordering.",
        en="This is no invoice; orders go to the ordering service.",
    ),
)


@dataclass(frozen=True, slots=True)
class UblInvoice:
    """An invoice that could be read, with what is only worth a look."""

    department: Oin
    supplier: SupplierId
    number: InvoiceNumber
    invoice: Invoice
    warnings: tuple[Finding, ...]

    def claim(self, document: str) -> Claim:
        """What the invoice claims; `document` is the SHA-256 of its bytes."""
        invoice, totals = self.invoice, self.invoice.totals
        return Claim(
            kind=InvoiceKind(invoice.kind.value),
            issued=invoice.issued,
            currency=invoice.currency,
            net=totals.net,
            vat=totals.vat,
            payable=totals.payable,
            order=invoice.order,
            lines=_lines(invoice),
            document=document,
        )


def read_ubl(data: bytes) -> UblInvoice:
    """Read an invoice or credit note. Raises NotUnderstood with all that is wrong with it."""
    read = take_in(data)
    findings = tuple(map(finding_of, read.findings))
    match read.document:
        case None:
            raise NotUnderstood(sorted(findings, key=lambda finding: finding.severity))
        case Invoice(department=department, supplier_id=supplier, number=number) as invoice:
            if department is None or supplier is None:  # `take_in` lets no such invoice through
                raise NotUnderstood([_NO_INVOICE])
            return UblInvoice(department, supplier, number, invoice, findings)
        case _:
            raise NotUnderstood([_NO_INVOICE])


def _lines(invoice: Invoice) -> tuple[ClaimLine, ...]:
    return tuple(
        ClaimLine(
            line=InvoiceLine(
                line=line.line,
                order_line=line.order_line,
                quantity=line.quantity,
                unit=line.unit,
                price=line.net_unit_price,
                net=line.net,
                description=describe(line.name or line.description),
            ),
            order=line.order,
        )
        for line in invoice.lines
    )
