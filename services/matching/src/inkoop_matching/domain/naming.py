"""The names of matches and decisions, which the others refer to."""

from inkoop_events.values import InvoiceNumber, SupplierId, invoice_key, split_order_key


def match_name(order: str, supplier: SupplierId, invoice: InvoiceNumber) -> str:
    """An invoice's part for one order: `<order key>|<invoice key>`."""
    department, _ = split_order_key(order)
    return f"{order}|{invoice_key(department, supplier, invoice)}"


def decision_name(match: str, number: int) -> str:
    """The n-th decision on a match, from 1: `<match>|<n>`."""
    return f"{match}|{number}"
