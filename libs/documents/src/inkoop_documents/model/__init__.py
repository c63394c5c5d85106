"""What a business document says, as values: one model for every format that we read or write."""

from inkoop_documents.model.invoices import (
    Invoice,
    InvoiceLine,
    PaymentAccount,
    PrecedingInvoice,
    Totals,
    VatShare,
)
from inkoop_documents.model.orders import Order, OrderLine
from inkoop_documents.model.parties import Address, Contact, Identifier, Party
from inkoop_documents.model.prices import Adjustment, PricedLine, net_unit_price
from inkoop_events.invoicing import InvoiceKind

Document = Order | Invoice

__all__ = [
    "Address",
    "Adjustment",
    "Contact",
    "Document",
    "Identifier",
    "Invoice",
    "InvoiceKind",
    "InvoiceLine",
    "Order",
    "OrderLine",
    "Party",
    "PaymentAccount",
    "PrecedingInvoice",
    "PricedLine",
    "Totals",
    "VatShare",
    "net_unit_price",
]
