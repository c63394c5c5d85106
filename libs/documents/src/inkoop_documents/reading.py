"""From the bytes of a document to its values, with findings instead of errors."""

from collections.abc import Iterable
from dataclasses import dataclass

from inkoop_documents.build.invoices import build_invoice
from inkoop_documents.build.orders import build_order
from inkoop_documents.elements import Element, local_name
from inkoop_documents.findings import Finding, Severity
from inkoop_documents.gate import Limits, Refusal, parse
from inkoop_documents.model import Document
from inkoop_documents.rules.engine import Facts, RuleSet, judge
from inkoop_documents.rules.intake import intake
from inkoop_documents.rules.outcome import outcome
from inkoop_documents.rules.selection import rule_sets
from inkoop_documents.scanned import Group
from inkoop_documents.scanning import Table
from inkoop_documents.tables.invoices import CREDIT_NOTE, INVOICE
from inkoop_documents.tables.orders import ORDER
from inkoop_documents.terms import UBL
from inkoop_documents.words import refusal_finding

LIMITS = Limits()
TABLES = {
    f"{{{UBL}Invoice-2}}Invoice": Table(INVOICE),
    f"{{{UBL}CreditNote-2}}CreditNote": Table(CREDIT_NOTE),
    f"{{{UBL}Order-2}}Order": Table(ORDER),
}
"""The documents that we read, by their root element."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a document says, and what is wrong with it. No document iff a finding is fatal."""

    document: Document | None
    findings: tuple[Finding, ...]


def read(data: bytes, *, limits: Limits = LIMITS) -> Read:
    """Read a document in any dialect. Never raises on what the bytes may be."""
    try:
        facts = scan(data, limits)
    except Refusal as refusal:
        return Read(None, (refusal_finding(refusal),))
    return _read(facts, rule_sets(facts.root))


def take_in(data: bytes, *, limits: Limits = LIMITS) -> Read:
    """Read a document that we are to process: it must say for whom and from whom it is.

    Beside the findings of `read`: no department (OIN of the buyer), no supplier that an id names,
    a line in another currency than the document's, a proposal or pro forma invoice, are fatal.
    """
    try:
        facts = scan(data, limits)
    except Refusal as refusal:
        return Read(None, (refusal_finding(refusal),))
    found = _read(facts, rule_sets(facts.root))
    if found.document is None:
        return found
    more = tuple(intake(facts, found.document))
    return Read(None, (*found.findings, *more)) if more else found


def scan(data: bytes, limits: Limits) -> Facts:
    """The terms of an XML document, unjudged. Raises Refusal."""
    root = parse(data, limits)
    table = TABLES.get(root.tag)
    if table is None:
        raise Refusal("INKOOP-ROOT", root=_name(root))
    return Facts(*table.scan(root))


def _read(facts: Facts, sets: Iterable[RuleSet]) -> Read:
    """Put the rules of the sets to a document; build its values if nothing is fatal."""
    found = judge(sets, facts)
    if any(finding.severity is Severity.FATAL for finding in found):
        return Read(None, found)
    document = _build(facts.root)
    more = tuple(outcome(facts, document))
    return Read(None, (*more, *found)) if more else Read(document, found)


def _build(root: Group) -> Document:
    return build_order(root) if root.id == "order" else build_invoice(root)


def _name(root: Element) -> str:
    namespace, name = local_name(root.tag)
    return f"{name} ({namespace})" if namespace else name
