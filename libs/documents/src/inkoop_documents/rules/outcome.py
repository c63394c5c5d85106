"""What only the values show: computed numbers that are larger than anything we keep."""

from collections.abc import Iterator
from decimal import Decimal

from inkoop_documents.findings import Finding, Severity
from inkoop_documents.model import Document, Invoice, InvoiceLine, OrderLine
from inkoop_documents.rules.engine import Facts, Offence, Rule, finding
from inkoop_events.values import MAX_WHOLE_DIGITS

TOO_LARGE = Rule(
    "INKOOP-NUMBER-SIZE",
    "{name}: het bedrag of de prijs per eenheid heeft meer dan 15 cijfers voor de punt.",
    "{name}: the amount or the price of a unit has more than 15 digits before the point.",
)
LIMIT = Decimal(1).scaleb(MAX_WHOLE_DIGITS)
ORDER_KEYS = ("BOR-6", "BOR-6.5")
INVOICE_KEYS = ("BG-25", "BT-146")


def outcome(facts: Facts, document: Document) -> Iterator[Finding]:
    """The findings, all fatal. Events refuse such numbers (`check_numbers`)."""
    path, key = INVOICE_KEYS if isinstance(document, Invoice) else ORDER_KEYS
    for line, group in zip(document.lines, facts.groups(path), strict=True):
        if _is_large(line):
            yield finding(TOO_LARGE, Offence(group, key), Severity.FATAL)
    if isinstance(document, Invoice) and _sums_are_large(document):
        yield finding(TOO_LARGE, Offence(facts.root, "lines"), Severity.FATAL)


def _is_large(line: InvoiceLine | OrderLine) -> bool:
    """The unit price is computed only where the quantity could have made it large."""
    if abs(line.net) >= LIMIT:
        return True
    small = abs(line.quantity) < 1 or line.base_quantity < 1
    return small and abs(line.net_unit_price) >= LIMIT


def _sums_are_large(invoice: Invoice) -> bool:
    totals = invoice.totals
    return max(map(abs, (totals.net, totals.vat, totals.payable))) >= LIMIT
