"""An invoice or credit note as UBL 2.1, in the form of NLCIUS or Peppol BIS Billing 3."""

from datetime import date

from inkoop_documents.model import (
    Adjustment,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    PaymentAccount,
    VatShare,
)
from inkoop_documents.model.prices import ONE, ZERO
from inkoop_documents.rendering.ubl_parties import write_party
from inkoop_documents.rendering.writing import Writer, plain
from inkoop_documents.rules.nlcius import NLCIUS_ID
from inkoop_documents.rules.ohnl import VERSIONS

VAT = "VAT"


def render_ubl(invoice: Invoice) -> bytes:
    """The document in UTF-8, valid under the UBL 2.1 schema.

    The specification (BT-24) is the invoice's own; NLCIUS for one that came in UBL-OHNL.
    What came without VAT categories gets S or Z by its rate.
    """
    credit = invoice.kind is InvoiceKind.CREDIT_NOTE
    writer = Writer("CreditNote" if credit else "Invoice")
    _write_header(writer, invoice, credit=credit)
    _write_references(writer, invoice)
    with writer.inside("cac:AccountingSupplierParty"):
        write_party(writer, invoice.supplier)
    with writer.inside("cac:AccountingCustomerParty"):
        write_party(writer, invoice.buyer)
    if invoice.delivered:
        with writer.inside("cac:Delivery"):
            writer.text("cbc:ActualDeliveryDate", invoice.delivered.isoformat())
    _write_payment(writer, invoice, credit=credit)
    for adjustment in invoice.adjustments:
        _write_adjustment(writer, adjustment, invoice.currency)
    _write_vat(writer, invoice)
    _write_totals(writer, invoice)
    for line in invoice.lines:
        _write_line(writer, line, invoice.currency, credit=credit)
    return writer.bytes()


def _write_header(writer: Writer, invoice: Invoice, *, credit: bool) -> None:
    customization = invoice.customization
    own = bool(customization) and customization not in VERSIONS
    writer.text("cbc:CustomizationID", customization if own else NLCIUS_ID)
    writer.text("cbc:ProfileID", invoice.process if own else "")
    writer.text("cbc:ID", invoice.number)
    writer.text("cbc:IssueDate", invoice.issued.isoformat())
    if not credit:
        writer.text("cbc:DueDate", _iso(invoice.due))
    writer.text("cbc:CreditNoteTypeCode" if credit else "cbc:InvoiceTypeCode", invoice.type_code)
    for note in invoice.notes:
        writer.text("cbc:Note", note)
    writer.text("cbc:DocumentCurrencyCode", invoice.currency)
    writer.text("cbc:BuyerReference", invoice.buyer_reference)
    _write_period(writer, invoice.period_start, invoice.period_end)


def _write_period(writer: Writer, start: date | None, end: date | None) -> None:
    if start or end:
        with writer.inside("cac:InvoicePeriod"):
            writer.text("cbc:StartDate", _iso(start))
            writer.text("cbc:EndDate", _iso(end))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _write_references(writer: Writer, invoice: Invoice) -> None:
    if invoice.order:
        with writer.inside("cac:OrderReference"):
            writer.text("cbc:ID", invoice.order)
    for earlier in invoice.preceding:
        with writer.inside("cac:BillingReference", "cac:InvoiceDocumentReference"):
            writer.text("cbc:ID", earlier.number)
            writer.text("cbc:IssueDate", _iso(earlier.issued))
    if invoice.contract:
        with writer.inside("cac:ContractDocumentReference"):
            writer.text("cbc:ID", invoice.contract)


def _write_payment(writer: Writer, invoice: Invoice, *, credit: bool) -> None:
    for account in invoice.payment:
        _write_account(writer, account, invoice.due if credit else None)
    if invoice.terms:
        with writer.inside("cac:PaymentTerms"):
            writer.text("cbc:Note", invoice.terms)


def _write_account(writer: Writer, account: PaymentAccount, due: date | None) -> None:
    with writer.inside("cac:PaymentMeans"):
        writer.text("cbc:PaymentMeansCode", account.means)
        writer.text("cbc:PaymentDueDate", _iso(due))
        writer.text("cbc:PaymentID", account.reference)
        if not account.iban:
            return
        with writer.inside("cac:PayeeFinancialAccount"):
            writer.text("cbc:ID", account.iban)
            writer.text("cbc:Name", account.account_name)
            if account.bic:
                with writer.inside("cac:FinancialInstitutionBranch"):
                    writer.text("cbc:ID", account.bic)


def _write_adjustment(
    writer: Writer, adjustment: Adjustment, currency: str, *, of_line: bool = False
) -> None:
    with writer.inside("cac:AllowanceCharge"):
        writer.text("cbc:ChargeIndicator", "true" if adjustment.charge else "false")
        writer.text("cbc:AllowanceChargeReasonCode", adjustment.reason_code)
        writer.text("cbc:AllowanceChargeReason", adjustment.reason)
        if adjustment.percent is not None:
            writer.text("cbc:MultiplierFactorNumeric", plain(adjustment.percent))
        writer.amount("cbc:Amount", adjustment.amount, currency)
        if adjustment.base is not None:
            writer.amount("cbc:BaseAmount", adjustment.base, currency)
        if not of_line:
            with writer.inside("cac:TaxCategory"):
                _write_category(writer, adjustment)


def _write_category(writer: Writer, taxed: Adjustment | InvoiceLine | VatShare) -> None:
    category, rate = (
        (taxed.category, taxed.rate)
        if isinstance(taxed, VatShare)
        else (taxed.vat_category, taxed.vat_rate)
    )
    writer.text("cbc:ID", category or ("S" if rate else "Z"))
    if rate is not None:
        writer.text("cbc:Percent", plain(rate))
    if isinstance(taxed, VatShare):
        writer.text("cbc:TaxExemptionReasonCode", taxed.exemption_code)
        writer.text("cbc:TaxExemptionReason", taxed.exemption)
    with writer.inside("cac:TaxScheme"):
        writer.text("cbc:ID", VAT)


def _write_vat(writer: Writer, invoice: Invoice) -> None:
    with writer.inside("cac:TaxTotal"):
        writer.amount("cbc:TaxAmount", invoice.totals.vat, invoice.currency)
        for share in invoice.vat:
            with writer.inside("cac:TaxSubtotal"):
                writer.amount("cbc:TaxableAmount", share.taxable, invoice.currency)
                writer.amount("cbc:TaxAmount", share.tax, invoice.currency)
                with writer.inside("cac:TaxCategory"):
                    _write_category(writer, share)


def _write_totals(writer: Writer, invoice: Invoice) -> None:
    totals, currency = invoice.totals, invoice.currency
    kinds = {adjustment.charge for adjustment in invoice.adjustments}
    with writer.inside("cac:LegalMonetaryTotal"):
        writer.amount("cbc:LineExtensionAmount", totals.lines, currency)
        writer.amount("cbc:TaxExclusiveAmount", totals.net, currency)
        writer.amount("cbc:TaxInclusiveAmount", totals.gross, currency)
        for tag, amount, needed in (
            ("cbc:AllowanceTotalAmount", totals.allowances, False in kinds),
            ("cbc:ChargeTotalAmount", totals.charges, True in kinds),
            ("cbc:PrepaidAmount", totals.prepaid, False),
            ("cbc:PayableRoundingAmount", totals.rounding, False),
        ):
            if amount or needed:
                writer.amount(tag, amount, currency)
        writer.amount("cbc:PayableAmount", totals.payable, currency)


def _write_line(writer: Writer, line: InvoiceLine, currency: str, *, credit: bool) -> None:
    with writer.inside("cac:CreditNoteLine" if credit else "cac:InvoiceLine"):
        writer.text("cbc:ID", line.line)
        writer.text("cbc:Note", line.note)
        quantity = "cbc:CreditedQuantity" if credit else "cbc:InvoicedQuantity"
        writer.text(quantity, plain(line.quantity), unitCode=line.unit)
        writer.amount("cbc:LineExtensionAmount", line.net, currency)
        _write_period(writer, line.period_start, line.period_end)
        _write_line_references(writer, line)
        for adjustment in line.adjustments:
            _write_adjustment(writer, adjustment, currency, of_line=True)
        with writer.inside("cac:Item"):
            writer.text("cbc:Description", line.description)
            writer.text("cbc:Name", line.name or line.label or line.line)
            with writer.inside("cac:ClassifiedTaxCategory"):
                _write_category(writer, line)
        _write_price(writer, line, currency)


def _write_line_references(writer: Writer, line: InvoiceLine) -> None:
    if line.order_line or line.order:
        with writer.inside("cac:OrderLineReference"):
            writer.text("cbc:LineID", line.order_line or line.line)
            if line.order:
                with writer.inside("cac:OrderReference"):
                    writer.text("cbc:ID", line.order)
    if line.time_card:
        with writer.inside("cac:DocumentReference"):
            writer.text("cbc:ID", line.time_card)
            writer.text("cbc:DocumentTypeCode", "130")


def _write_price(writer: Writer, line: InvoiceLine, currency: str) -> None:
    with writer.inside("cac:Price"):
        writer.amount("cbc:PriceAmount", line.price, currency)
        if line.base_quantity != ONE:
            unit = line.unit
            writer.text("cbc:BaseQuantity", plain(line.base_quantity), unitCode=unit)
        if line.price_discount is not None or line.gross_price is not None:
            with writer.inside("cac:AllowanceCharge"):
                writer.text("cbc:ChargeIndicator", "false")
                writer.amount("cbc:Amount", line.price_discount or ZERO, currency)
                if line.gross_price is not None:
                    writer.amount("cbc:BaseAmount", line.gross_price, currency)
