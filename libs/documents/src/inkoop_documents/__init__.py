"""Business documents to values and back: parse, validate, render. The only user of lxml.

`read` takes a document in any dialect of UBL and answers with its values or with findings;
`take_in` does the same for a document that a service will process, which needs a department (OIN)
and a supplier that is known by an id.
"""

from inkoop_documents.fault_words import FAULT_WORDS
from inkoop_documents.findings import Finding, Message, Severity
from inkoop_documents.gate import Limits
from inkoop_documents.model import (
    Document,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Order,
    OrderLine,
    Party,
    net_unit_price,
)
from inkoop_documents.reading import Read, read, take_in
from inkoop_documents.rendering.html import render_html
from inkoop_documents.rendering.ubl import render_ubl

__all__ = [
    "FAULT_WORDS",
    "Document",
    "Finding",
    "Invoice",
    "InvoiceKind",
    "InvoiceLine",
    "Limits",
    "Message",
    "Order",
    "OrderLine",
    "Party",
    "Read",
    "Severity",
    "net_unit_price",
    "read",
    "render_html",
    "render_ubl",
    "take_in",
]
