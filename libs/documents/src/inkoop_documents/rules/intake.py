"""What a document needs beside being valid, so that we can process it: for whom, from whom."""

from collections.abc import Iterator

from inkoop_documents.build.invoices import currency_of as invoice_currency
from inkoop_documents.build.orders import currency_of as order_currency
from inkoop_documents.findings import Finding, Severity
from inkoop_documents.model import Document
from inkoop_documents.rules.engine import Facts, Offence, Rule, finding
from inkoop_documents.scanned import Group
from inkoop_documents.terms import qualified

DEPARTMENT = Rule(
    "INKOOP-DEPARTMENT",
    "De afdeling is niet bekend: de koper heeft geen OIN van 20 cijfers (schema 0190).",
    "The department is not known: the buyer has no OIN of 20 digits (scheme 0190).",
)
SUPPLIER = Rule(
    "INKOOP-SUPPLIER",
    "De leverancier is niet bekend: geen KvK-, btw- of ander nummer met een schema.",
    "The supplier is not known: no KvK, VAT or other number with a scheme.",
)
CURRENCY = Rule(
    "INKOOP-CURRENCY",
    "{name} is in {value}, het document in {currency}.",
    "{name} is in {value}, the document in {currency}.",
)
PROPOSAL = Rule(
    "INKOOP-PROPOSAL",
    "Een voorstel of pro-formafactuur ({value}) wordt niet betaald.",
    "A proposal or pro forma invoice ({value}) is not paid.",
)

PROPOSALS = frozenset({"VD", "VC", "P"})
"""Invoice types of UBL-OHNL (code list NL-1001) that ask for nothing yet."""


def intake(facts: Facts, document: Document) -> Iterator[Finding]:
    """The findings, all fatal."""
    root = facts.root
    is_order = root.id == "order"
    buyer, supplier = ("BOR-2", "BOR-3") if is_order else ("BG-7", "BG-4")
    if document.department is None:
        yield _fatal(DEPARTMENT, Offence(root[buyer], "registration"))
    if document.supplier_id is None:
        yield _fatal(SUPPLIER, Offence(root[supplier], "registration"))
    if root.get("BT-3") in PROPOSALS:
        yield _fatal(PROPOSAL, Offence(root, "BT-3", value=root["BT-3"]))
    currency = order_currency(root) if is_order else invoice_currency(root)
    for offence in _foreign_amounts(facts, currency):
        yield _fatal(CURRENCY, offence)


def _foreign_amounts(facts: Facts, currency: str) -> Iterator[Offence]:
    """The first amount of every other currency, but VAT totals in the accounting currency."""
    accounting = facts.root.get("BT-6")
    for stated, (group, term) in facts.scan.currencies.items():
        if stated not in {None, currency, accounting}:
            yield Offence(group, term.id, value=stated, currency=currency)
    if accounting and accounting != currency:
        for line in facts.groups("BG-25"):
            if _line_currency(line) == accounting:
                yield Offence(line, "BT-131", value=accounting, currency=currency)


def _line_currency(line: Group) -> str | None:
    """Looked up in the tree: no other rule asks for it, and few documents come this far."""
    tag = qualified("cbc:LineExtensionAmount")
    return next((child.get("currencyID") for child in line.origin if child.tag == tag), None)


def _fatal(rule: Rule, offence: Offence) -> Finding:
    return finding(rule, offence, Severity.FATAL)
