"""Which rule sets a document must follow, by its root, CustomizationID and ProfileID."""

from dataclasses import replace

from inkoop_documents.build import invoices, orders
from inkoop_documents.findings import Severity
from inkoop_documents.model.parties import OIN
from inkoop_documents.rules.core_codes import CODES, FORMS, SYNTAX
from inkoop_documents.rules.core_presence import PRESENCE
from inkoop_documents.rules.core_totals import CONDITIONS, TOTALS
from inkoop_documents.rules.core_vat import VAT
from inkoop_documents.rules.engine import Facts, Offence, Rule, RuleSet
from inkoop_documents.rules.gaccount import GACCOUNT, GACCOUNT_ID
from inkoop_documents.rules.nlcius import NLCIUS, NLCIUS_ID
from inkoop_documents.rules.ohnl import OHNL_INVOICE, OHNL_ORDER, is_ohnl
from inkoop_documents.rules.ours import (
    MAX_LINE_ID,
    READABLE,
    at_most_lines,
    currency_known,
    key_texts,
    needed,
    not_negative,
    unique,
)
from inkoop_documents.rules.peppol import LINE_NET, PEPPOL, PEPPOL_ID
from inkoop_documents.rules.peppol_orders import PEPPOL_ORDER, PEPPOL_ORDER_ID
from inkoop_documents.rules.rijk import BASISFACTUUR, BASISORDER_OHNL, BASISORDER_PEPPOL
from inkoop_documents.scanned import Group
from inkoop_events.values import MAX_NUMBER_LENGTH


def _unknown(facts: Facts) -> Offence | None:
    return Offence(facts.root, "BT-24", value=facts.root.get("BT-24", ""))


UNKNOWN = RuleSet(
    "INKOOP",
    (
        Rule(
            "INKOOP-CUSTOMIZATION",
            "{name}: “{value}” kennen wij niet; alleen de algemene regels zijn toegepast.",
            "{name}: “{value}” is not known to us; only the general rules were applied.",
            check_all=_unknown,
            severity=Severity.WARNING,
        ),
    ),
)

READABLE_DOCUMENT = RuleSet("INKOOP", READABLE)

INVOICE_VALUES = needed(
    ("", "BT-1"), ("", "BT-2"), ("", "BG-4"), ("", "BG-7"), ("", "BG-25"),
    ("BG-22", "BT-115"), ("BG-25", "BT-126"), ("BG-25", "BT-131"), ("BG-25", "BT-146"),
)  # fmt: skip
"""What an invoice needs to be a value; where EN 16931 is applied its rules ask for it."""

ORDER_VALUES = needed(
    ("", "BOR-1.1"), ("", "BOR-1.2"), ("", "BOR-2"), ("", "BOR-3"), ("", "BOR-6"),
    ("BOR-6", "BOR-6.1"), ("BOR-6", "BOR-6.3"),
)  # fmt: skip


def _priced(line: Group) -> Offence | None:
    found = line.get("BOR-6.5") is not None or line.get("BOR-6.7") is not None
    return None if found else Offence(line, "BOR-6.5")


INVOICE_OURS = RuleSet(
    "INKOOP",
    (
        *needed(("", "BG-22")).rules,
        not_negative("BG-25", "BT-149"),
        at_most_lines("BG-25"),
        unique("BG-25", "BT-126"),
        *key_texts("", {"BT-1": MAX_NUMBER_LENGTH, "BT-13": MAX_NUMBER_LENGTH}),
        *key_texts(
            "BG-25",
            {
                "BT-126": MAX_LINE_ID,
                "BT-130": MAX_LINE_ID,
                "BT-132": MAX_LINE_ID,
                "order": MAX_NUMBER_LENGTH,
            },
        ),
        currency_known("BT-5", invoices.currency_of),
    ),
)
ORDER_OURS = RuleSet(
    "INKOOP",
    (
        at_most_lines("BOR-6"),
        unique("BOR-6", "BOR-6.1"),
        *key_texts("", {"BOR-1.1": MAX_NUMBER_LENGTH}),
        *key_texts("BOR-6", {"BOR-6.1": MAX_LINE_ID, "unit": MAX_LINE_ID}),
        not_negative("BOR-6", "BOR-6.3"),
        not_negative("BOR-6", "BOR-6.5"),
        not_negative("BOR-6", "base_quantity"),
        Rule(
            "INKOOP-ORDER-PRICE",
            "{name} en regelbedrag ontbreken beide.",
            "{name} and line amount are both missing.",
            _priced,
            "BOR-6",
        ),
        currency_known("BOR-1.4", orders.currency_of),
    ),
)

EN16931 = RuleSet("EN 16931", (*PRESENCE, *TOTALS, *CONDITIONS, *VAT, *CODES, *FORMS, *SYNTAX))
EN16931_GACCOUNT = RuleSet(
    "EN 16931, g-account",
    tuple(rule for rule in EN16931.rules if rule.id not in {"UBL-SR-44", "UBL-SR-47"}),
)
"""An invoice that is paid in two parts may have two payment means."""
NET_OF_LINES = RuleSet(
    "INKOOP", (replace(LINE_NET, id="INKOOP-LINE-NET", severity=Severity.WARNING),)
)
"""EN 16931 itself asks nothing of quantity × price; we say it, and pay what is asked."""


ADVICE_INVOICE = BASISFACTUUR.advising()
ADVICE_ORDER_PEPPOL = BASISORDER_PEPPOL.advising()
ADVICE_ORDER_OHNL = BASISORDER_OHNL.advising()


def rule_sets(root: Group) -> tuple[RuleSet, ...]:
    """The sets, the most basic first."""
    customization = root.get("BT-24", "")
    if root.id == "order":
        return (READABLE_DOCUMENT, ORDER_VALUES, *_of_order(root, customization), ORDER_OURS)
    return (READABLE_DOCUMENT, *_of_invoice(root, customization), INVOICE_OURS)


def _of_order(root: Group, customization: str) -> tuple[RuleSet, ...]:
    if customization.startswith(PEPPOL_ORDER_ID):
        return (PEPPOL_ORDER, ADVICE_ORDER_PEPPOL)
    if is_ohnl(root):
        return (OHNL_ORDER, ADVICE_ORDER_OHNL)
    return (UNKNOWN,)


def _of_invoice(root: Group, customization: str) -> tuple[RuleSet, ...]:
    if is_ohnl(root):
        return (INVOICE_VALUES, OHNL_INVOICE)
    if customization.startswith(PEPPOL_ID):
        return (EN16931, PEPPOL, *_of_rijk(root))
    if customization == GACCOUNT_ID:
        return (EN16931_GACCOUNT, GACCOUNT, NET_OF_LINES, *_of_rijk(root))
    if customization == NLCIUS_ID:
        return (EN16931, NLCIUS, NET_OF_LINES, *_of_rijk(root))
    return (EN16931, NET_OF_LINES)


def _of_rijk(root: Group) -> tuple[RuleSet, ...]:
    """An invoice to a government organisation, as its OIN shows."""
    buyer: dict[str, str] = root.get("BG-7") or {}
    schemes = (buyer.get("registration_scheme"), buyer.get("endpoint_scheme"))
    return (ADVICE_INVOICE,) if OIN in schemes else ()
