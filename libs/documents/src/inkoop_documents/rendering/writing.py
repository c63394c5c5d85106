"""Writes an XML tree from the top down; what is empty is left out."""

from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] — lxml has no types

from inkoop_documents.terms import NAMESPACES, UBL, qualified


def plain(number: Decimal) -> str:
    """Digits and a point, never an exponent."""
    return f"{number:f}"


class Writer:
    """A document in the making, and the element that is being filled."""

    def __init__(self, name: str) -> None:
        namespace = f"{UBL}{name}-2"
        prefixes = {None: namespace, "cac": NAMESPACES["cac"], "cbc": NAMESPACES["cbc"]}
        self._root: Any = etree.Element(f"{{{namespace}}}{name}", nsmap=prefixes)
        self._at: Any = self._root

    @contextmanager
    def inside(self, *tags: str) -> Generator[None, None, None]:
        """Fill a new element, the innermost where there are several tags."""
        before = self._at
        for tag in tags:
            self._at = etree.SubElement(self._at, qualified(tag))
        yield
        self._at = before

    def text(self, tag: str, text: str, **attributes: str) -> None:
        """An element with a text; nothing for an empty one."""
        if text:
            given = {name: value for name, value in attributes.items() if value}
            etree.SubElement(self._at, qualified(tag), given).text = text

    def amount(self, tag: str, amount: Decimal, currency: str) -> None:
        """An amount in its currency."""
        self.text(tag, plain(amount), currencyID=currency)

    def bytes(self) -> bytes:
        """The whole document, in UTF-8 with its declaration."""
        return etree.tostring(self._root, encoding="utf-8", xml_declaration=True)
