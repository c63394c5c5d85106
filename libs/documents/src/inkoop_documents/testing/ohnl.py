"""Orders and invoices in UBL-OHNL 1.9, the message standard of DigiInkoop."""

from inkoop_documents.model import Invoice, InvoiceKind, InvoiceLine, Order, OrderLine, Party
from inkoop_documents.model.prices import ONE
from inkoop_documents.rendering.writing import Writer, plain

AGENCIES = {"0190": "OIN", "0106": "KvK", "9944": "BTW"}


def ohnl_order(order: Order) -> bytes:
    """The order in UTF-8."""
    writer = Writer("Order")
    _write_versions(writer)
    writer.text("cbc:ID", order.number)
    writer.text("cbc:IssueDate", order.issued.isoformat())
    writer.text("cbc:DocumentCurrencyCode", order.currency)
    _write_party(writer, "cac:BuyerCustomerParty", order.buyer)
    _write_party(writer, "cac:SellerSupplierParty", order.supplier)
    net = ONE * sum(line.net for line in order.lines)
    with writer.inside("cac:AnticipatedMonetaryTotal"):
        writer.amount("cbc:LineExtensionAmount", net, order.currency)
        writer.amount("cbc:TaxExclusiveAmount", net, order.currency)
        writer.amount("cbc:PayableAmount", net, order.currency)
    for line in order.lines:
        with writer.inside("cac:OrderLine", "cac:LineItem"):
            writer.text("cbc:ID", line.line)
            writer.text("cbc:Quantity", plain(line.quantity), unitCode=line.unit)
            writer.amount("cbc:LineExtensionAmount", line.net, order.currency)
            _write_price(writer, line, order.currency)
            _write_item(writer, line)
    return writer.bytes()


def ohnl_invoice(invoice: Invoice) -> bytes:
    """The invoice, or as type C the credit note, in UTF-8."""
    writer = Writer("Invoice")
    _write_versions(writer)
    writer.text("cbc:ID", invoice.number)
    writer.text("cbc:IssueDate", invoice.issued.isoformat())
    credit = invoice.kind is InvoiceKind.CREDIT_NOTE
    writer.text("cbc:InvoiceTypeCode", "C" if credit else "D")
    writer.text("cbc:DocumentCurrencyCode", invoice.currency)
    if invoice.order:
        with writer.inside("cac:OrderReference"):
            writer.text("cbc:ID", invoice.order)
    _write_party(writer, "cac:AccountingSupplierParty", invoice.supplier)
    _write_party(writer, "cac:AccountingCustomerParty", invoice.buyer)
    with writer.inside("cac:TaxTotal"):
        writer.amount("cbc:TaxAmount", invoice.totals.vat, invoice.currency)
        for share in invoice.vat:
            with writer.inside("cac:TaxSubtotal"):
                writer.amount("cbc:TaxableAmount", share.taxable, invoice.currency)
                writer.amount("cbc:TaxAmount", share.tax, invoice.currency)
                with writer.inside("cac:TaxCategory"):
                    _write_rate(writer, plain(share.rate or 0 * ONE))
    with writer.inside("cac:LegalMonetaryTotal"):
        writer.amount("cbc:LineExtensionAmount", invoice.totals.lines, invoice.currency)
        writer.amount("cbc:TaxExclusiveAmount", invoice.totals.net, invoice.currency)
        writer.amount("cbc:TaxInclusiveAmount", invoice.totals.gross, invoice.currency)
        writer.amount("cbc:PayableAmount", invoice.totals.payable, invoice.currency)
    for line in invoice.lines:
        _write_invoice_line(writer, line, invoice)
    return writer.bytes()


def _write_versions(writer: Writer) -> None:
    writer.text("cbc:UBLVersionID", "2.0")
    writer.text("cbc:CustomizationID", "1.9")
    writer.text("cbc:ProfileID", "NL")


def _write_party(writer: Writer, tag: str, party: Party) -> None:
    with writer.inside(tag, "cac:Party"):
        if party.registration:
            agency = AGENCIES[party.registration.scheme]
            with writer.inside("cac:PartyIdentification"):
                writer.text(
                    "cbc:ID",
                    party.registration.value,
                    schemeAgencyID="NL",
                    schemeAgencyName=agency,
                )
        with writer.inside("cac:PartyName"):
            writer.text("cbc:Name", party.name)
        if party.contact:
            with writer.inside("cac:Contact"):
                writer.text("cbc:Name", party.contact.name)


def _write_invoice_line(writer: Writer, line: InvoiceLine, invoice: Invoice) -> None:
    with writer.inside("cac:InvoiceLine"):
        writer.text("cbc:ID", line.line)
        writer.text("cbc:InvoicedQuantity", plain(line.quantity), unitCode=line.unit)
        writer.amount("cbc:LineExtensionAmount", line.net, invoice.currency)
        writer.text("cbc:FreeOfChargeIndicator", "false")
        order = line.order or invoice.order
        if line.order_line and order:
            with writer.inside("cac:OrderLineReference"):
                writer.text("cbc:LineID", line.order_line)
                with writer.inside("cac:OrderReference"):
                    writer.text("cbc:ID", order)
        _write_item(writer, line)
        _write_price(writer, line, invoice.currency)


def _write_item(writer: Writer, line: InvoiceLine | OrderLine) -> None:
    with writer.inside("cac:Item"):
        writer.text("cbc:Description", line.description)
        writer.text("cbc:CatalogueIndicator", "false")
        writer.text("cbc:Name", line.name)
        if line.vat_rate is not None:
            with writer.inside("cac:ClassifiedTaxCategory"):
                _write_rate(writer, plain(line.vat_rate))


def _write_rate(writer: Writer, rate: str) -> None:
    writer.text("cbc:Percent", rate)
    with writer.inside("cac:TaxScheme"):
        writer.text("cbc:Name", "BTW")


def _write_price(writer: Writer, line: InvoiceLine | OrderLine, currency: str) -> None:
    with writer.inside("cac:Price"):
        writer.amount("cbc:PriceAmount", line.price, currency)
        writer.text("cbc:BaseQuantity", plain(line.base_quantity), unitCode=line.unit)
