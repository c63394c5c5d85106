"""Which rule sets a document must follow, by its root, CustomizationID and ProfileID."""

from inkoop_documents.build import invoices, orders
from inkoop_documents.rules.core_codes import CODES, FORMS, SYNTAX
from inkoop_documents.rules.core_presence import PRESENCE
from inkoop_documents.rules.core_totals import CONDITIONS, TOTALS
from inkoop_documents.rules.core_vat import VAT
from inkoop_documents.rules.engine import Rule, RuleSet
from inkoop_documents.rules.ours import (
    READABLE,
    at_most_lines,
    currency_known,
    needed,
    not_negative,
    unique,
)
from inkoop_documents.scanning import Group

READABLE_DOCUMENT = RuleSet("INKOOP", READABLE)

INVOICE_VALUES = needed(
    ("", "BT-1"), ("", "BT-2"), ("", "BG-4"), ("", "BG-7"), ("", "BG-22"), ("", "BG-25"),
    ("BG-22", "BT-115"), ("BG-25", "BT-126"), ("BG-25", "BT-131"), ("BG-25", "BT-146"),
)  # fmt: skip

ORDER_VALUES = needed(
    ("", "BOR-1.1"), ("", "BOR-1.2"), ("", "BOR-2"), ("", "BOR-3"), ("", "BOR-6"),
    ("BOR-6", "BOR-6.1"), ("BOR-6", "BOR-6.3"),
)  # fmt: skip


def _set(name: str, *rules: Rule) -> RuleSet:
    return RuleSet(name, rules)


INVOICE_OURS = _set(
    "INKOOP",
    at_most_lines("BG-25"),
    unique("BG-25", "BT-126"),
    currency_known("BT-5", invoices.currency_of),
)
ORDER_OURS = _set(
    "INKOOP",
    at_most_lines("BOR-6"),
    unique("BOR-6", "BOR-6.1"),
    not_negative("BOR-6", "BOR-6.3"),
    currency_known("BOR-1.4", orders.currency_of),
)


EN16931 = RuleSet("EN 16931", (*PRESENCE, *TOTALS, *CONDITIONS, *VAT, *CODES, *FORMS, *SYNTAX))


def rule_sets(root: Group) -> tuple[RuleSet, ...]:
    """The sets, the most basic first."""
    if root.id == "order":
        return (READABLE_DOCUMENT, ORDER_VALUES, ORDER_OURS)
    return (READABLE_DOCUMENT, INVOICE_VALUES, EN16931, INVOICE_OURS)
