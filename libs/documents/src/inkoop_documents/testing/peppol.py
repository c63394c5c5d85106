"""An order in Peppol BIS Order 3, as the Basisorder Rijk asks."""

from dataclasses import replace

from inkoop_documents.model import Order, OrderLine, Party
from inkoop_documents.model.prices import ONE
from inkoop_documents.rendering.ubl_parties import write_party
from inkoop_documents.rendering.writing import Writer, plain
from inkoop_documents.rules.peppol_orders import PEPPOL_ORDER_ID

PROCESS = "urn:fdc:peppol.eu:poacc:bis:ordering:3"


def peppol_order(order: Order) -> bytes:
    """The order in UTF-8; its totals are the sums of its lines."""
    writer = Writer("Order")
    writer.text("cbc:CustomizationID", order.customization or PEPPOL_ORDER_ID)
    writer.text("cbc:ProfileID", order.process or PROCESS)
    writer.text("cbc:ID", order.number)
    writer.text("cbc:IssueDate", order.issued.isoformat())
    for note in order.notes:
        writer.text("cbc:Note", note)
    writer.text("cbc:DocumentCurrencyCode", order.currency)
    if order.contract:
        with writer.inside("cac:Contract"):
            writer.text("cbc:ID", order.contract)
    with writer.inside("cac:BuyerCustomerParty"):
        write_party(writer, _named(order.buyer))
    with writer.inside("cac:SellerSupplierParty"):
        write_party(writer, _named(order.supplier))
    net = sum(line.net for line in order.lines)
    with writer.inside("cac:AnticipatedMonetaryTotal"):
        writer.amount("cbc:LineExtensionAmount", ONE * net, order.currency)
        writer.amount("cbc:TaxExclusiveAmount", ONE * net, order.currency)
        writer.amount("cbc:PayableAmount", ONE * net, order.currency)
    for line in order.lines:
        _write_line(writer, line, order.currency)
    return writer.bytes()


def _named(party: Party) -> Party:
    """The Basisorder Rijk asks for a name beside that of the legal entity."""
    return replace(party, trading_name=party.trading_name or party.name)


def _write_line(writer: Writer, line: OrderLine, currency: str) -> None:
    with writer.inside("cac:OrderLine", "cac:LineItem"):
        writer.text("cbc:ID", line.line)
        writer.text("cbc:Quantity", plain(line.quantity), unitCode=line.unit)
        writer.amount("cbc:LineExtensionAmount", line.net, currency)
        with writer.inside("cac:Price"):
            writer.amount("cbc:PriceAmount", line.price, currency)
            if line.base_quantity != ONE:
                writer.text("cbc:BaseQuantity", plain(line.base_quantity), unitCode=line.unit)
        with writer.inside("cac:Item"):
            writer.text("cbc:Description", line.description)
            writer.text("cbc:Name", line.name)
            with writer.inside("cac:ClassifiedTaxCategory"):
                writer.text("cbc:ID", line.vat_category)
                if line.vat_rate is not None:
                    writer.text("cbc:Percent", plain(line.vat_rate))
                with writer.inside("cac:TaxScheme"):
                    writer.text("cbc:ID", "VAT")
