"""Which document a file holds, from its first element or its JSON type: no full parse."""

import re
from enum import Enum

import msgspec

HEAD = 64 * 1024
"""Bytes of a file that are looked at."""


class Kind(Enum):
    """A document that can be submitted; in the order in which they are best sent."""

    ORDER = "order"
    RECEIPT = "receipt"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"

    @property
    def service(self) -> str:
        """The service that takes it in."""
        return "ordering" if self in {Kind.ORDER, Kind.RECEIPT} else "invoicing"


class Typed(msgspec.Struct):
    """All that is read of a JSON document here."""

    type: str = ""


_ROOTS = {"Order": Kind.ORDER, "Invoice": Kind.INVOICE, "CreditNote": Kind.CREDIT_NOTE}
_PROLOGUE = re.compile(
    r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_JSON_TYPE = re.compile(r'"type"\s*:\s*"([^"]*)"')
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def sniff(head: bytes) -> tuple[Kind | None, str]:
    """The kind of document, and what was found: the root element or the JSON type.

    A document with a DOCTYPE or cut off halfway is recognised too: its service refuses it, with
    a reason.
    """
    text = _text(head[:HEAD])
    if text.lstrip().startswith(("{", "[")):
        return _sniff_json(head, text)
    position = 0
    while skipped := _PROLOGUE.match(text, position):
        position = skipped.end()
    root = _ELEMENT.match(text, position)
    return (_ROOTS.get(root[1]), root[1]) if root else (None, "")


def media_type(head: bytes) -> str:
    """`application/json` for what starts as JSON, else `application/xml`."""
    text = _text(head[:64]).lstrip()
    return "application/json" if text.startswith(("{", "[")) else "application/xml"


def _sniff_json(data: bytes, text: str) -> tuple[Kind | None, str]:
    try:
        name = msgspec.json.decode(data, type=Typed).type
    except msgspec.MsgspecError:
        found = _JSON_TYPE.search(text)
        name = found[1] if found else ""
    return (Kind(name) if name in {kind.value for kind in Kind} else None), name


def _text(head: bytes) -> str:
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")
    return head.decode(encoding, errors="replace")
