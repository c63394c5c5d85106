"""From bytes to an XML tree, or a finding that says why not (design D11)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] — lxml has no types

from inkoop_documents.elements import Element

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a document may cost. The State allows 20 MB of attachments: 27 MB in base64."""

    size: int = 30 * MEBIBYTE
    depth: int = 64
    attributes: int = 64
    """Of one tag."""
    siblings: int = 20_000
    tags: int = 1_500_000
    """Opening and closing, before anything is parsed: each costs memory."""
    quotes: int = 3_000_000
    """Two for each attribute, which costs memory as well."""


class Refusal(Exception):  # noqa: N818 — an answer, not an error
    """The bytes are no document that we read. `rule` is ours, `said` fills its words."""

    def __init__(self, rule: str, **said: object) -> None:
        super().__init__(rule)
        self.rule = rule
        self.said = said


def parse(data: bytes, limits: Limits) -> Element:
    """The root element. Raises Refusal.

    UTF-8 only; no DOCTYPE, so no entities; nothing is fetched; comments and processing
    instructions are dropped, so that a text is always whole.
    """
    _check_bytes(data, limits)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise Refusal("INKOOP-XML", reason=str(error)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refusal("INKOOP-DOCTYPE")
    _check_tree(root, data, limits)
    return root


def _check_bytes(data: bytes, limits: Limits) -> None:
    if len(data) > limits.size:
        raise Refusal("INKOOP-SIZE", size=len(data), limit=limits.size)
    if not data or data.isspace():
        raise Refusal("INKOOP-EMPTY")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise Refusal("INKOOP-ENCODING", encoding="UTF-16/NUL")
    declared = _ENCODING.match(data)
    if declared and declared[1].lower() not in {b"utf-8", b"us-ascii"}:
        raise Refusal("INKOOP-ENCODING", encoding=declared[1].decode("ascii", "replace"))
    if _more_than(limits.tags, b"<", data):
        raise Refusal("INKOOP-ELEMENTS", limit=limits.tags)
    if _more_than(limits.quotes, b'"', data) or _more_than(limits.quotes, b"'", data):
        raise Refusal("INKOOP-ATTRIBUTES", limit=limits.quotes)
    if _has_doctype(data):
        raise Refusal("INKOOP-DOCTYPE")


def _more_than(most: int, byte: bytes, data: bytes) -> bool:
    """Counts only where there is room for so many."""
    return len(data) > most and data.count(byte) > most


def _has_doctype(data: bytes) -> bool:
    """Whether the prolog, where alone one may stand, holds a document type declaration."""
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while True:
        found = _NOT_SPACE.search(data, at)
        at = found.start() if found else len(data)
        end = next((e for s, e in _SKIPPED if data.startswith(s, at)), None)
        if end is None:
            return data.startswith(b"<!DOCTYPE", at)
        after = data.find(end, at + 2)
        if after < 0:
            return False
        at = after + len(end)


def _check_tree(root: Element, data: bytes, limits: Limits) -> None:
    if _tree_has(root, "/*" * (limits.depth + 1)):
        raise Refusal("INKOOP-DEPTH", limit=limits.depth)
    many_attributes = f"//*[@*[{limits.attributes + 1}]]"
    if _has_long_tag(data, limits) and _tree_has(root, many_attributes):
        raise Refusal("INKOOP-ATTRIBUTES", limit=limits.attributes)
    if _more_than(limits.siblings, b"<", data) and _tree_has(
        root, f"//*[*[{limits.siblings + 1}]]"
    ):
        raise Refusal("INKOOP-SIBLINGS", limit=limits.siblings)


def _has_long_tag(data: bytes, limits: Limits) -> bool:
    """Whether somewhere two `<` are so far apart that a tag could have too many attributes.

    Jumps from `<` to the last one that is near enough: some hundred bytes at a time.
    """
    longest = limits.attributes * SHORTEST_ATTRIBUTE
    at, end = data.find(b"<"), data.rfind(b"<")
    while 0 <= at < end:
        at = data.rfind(b"<", at + 1, at + 1 + longest)
    return at < 0 or len(data) - end > longest


def _tree_has(root: Element, path: str) -> bool:
    return bool(_xpath(path)(root))


@cache
def _xpath(path: str) -> Callable[[Element], bool]:
    return etree.XPath(f"boolean({path})", regexp=False, smart_strings=False)


SHORTEST_ATTRIBUTE = len(' a=""')

_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})")
_NOT_SPACE = re.compile(rb"[^ \t\r\n]")
_SKIPPED = ((b"<?", b"?>"), (b"<!--", b"-->"))
