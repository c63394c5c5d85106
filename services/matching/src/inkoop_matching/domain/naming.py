"""The names of matches and decisions, which the others refer to."""

from inkoop_events.values import InvoiceNumber, Oin, SupplierId, invoice_key


def match_name(order: str, department: Oin, supplier: SupplierId, invoice: InvoiceNumber) -> str:
    """An invoice's part for one order of the department: `<order key>|<invoice key>`."""
    return f"{order}|{invoice_key(department, supplier, invoice)}"


def decision_name(match: str, number: int) -> str:
    """The n-th decision on a match, from 1: `<match>|<n>`."""
    return f"{match}|{number}"
