"""The words of a refusal: documents that did not even become a tree."""

from inkoop_documents.findings import Finding, Message, Severity
from inkoop_documents.gate import Refusal

_WORDS = {
    "INKOOP-EMPTY": ("Het document is leeg.", "The document is empty."),
    "INKOOP-SIZE": (
        "Het document is {size} bytes groot; {limit} is het maximum.",
        "The document has {size} bytes; {limit} is the most.",
    ),
    "INKOOP-ENCODING": (
        "Het document is niet in UTF-8 ({encoding}).",
        "The document is not in UTF-8 ({encoding}).",
    ),
    "INKOOP-DOCTYPE": (
        "Een DOCTYPE is niet toegestaan.",
        "A DOCTYPE is not allowed.",
    ),
    "INKOOP-XML": (
        "Dit is geen welgevormde XML: {reason}",
        "This is not well-formed XML: {reason}",
    ),
    "INKOOP-ELEMENTS": (
        "Het document heeft te veel elementen (meer dan {limit} tags).",
        "The document has too many elements (more than {limit} tags).",
    ),
    "INKOOP-ATTRIBUTES": (
        "Een element heeft te veel attributen (meer dan {limit}).",
        "An element has too many attributes (more than {limit}).",
    ),
    "INKOOP-SIBLINGS": (
        "Een element heeft te veel onderdelen (meer dan {limit}).",
        "An element has too many children (more than {limit}).",
    ),
    "INKOOP-DEPTH": (
        "De elementen zitten te diep in elkaar (meer dan {limit}).",
        "The elements are nested too deep (more than {limit}).",
    ),
    "INKOOP-ROOT": (
        "Dit soort document lezen wij niet: {root}.",
        "This is not a kind of document that we read: {root}.",
    ),
}


def refusal_finding(refusal: Refusal) -> Finding:
    """A refusal as a fatal finding about the whole document."""
    nl, en = _WORDS[refusal.rule]
    said = {name: str(value)[:200] for name, value in refusal.said.items()}
    return Finding(
        rule=refusal.rule,
        severity=Severity.FATAL,
        location="/",
        term="",
        message=Message(nl=nl.format_map(said), en=en.format_map(said)),
    )
