"""Documents of our own for tests and demos: values, and their bytes in every format that we read.

Nothing here is taken from an official example; the numbers are invented.
"""

from inkoop_documents.testing.ohnl import ohnl_invoice, ohnl_order
from inkoop_documents.testing.peppol import peppol_order
from inkoop_documents.testing.values import (
    DEPARTMENT,
    DEPARTMENT_OIN,
    ORDER_NUMBER,
    SUPPLIER,
    a_credit_note,
    an_invoice,
    an_invoice_line,
    an_order,
    an_order_line,
)

__all__ = [
    "DEPARTMENT",
    "DEPARTMENT_OIN",
    "ORDER_NUMBER",
    "SUPPLIER",
    "a_credit_note",
    "an_invoice",
    "an_invoice_line",
    "an_order",
    "an_order_line",
    "ohnl_invoice",
    "ohnl_order",
    "peppol_order",
]
