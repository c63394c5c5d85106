"""How a table says where a business term stands: the mapping of a format is data made of these."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inkoop_documents.scanned import Group


class Kind(Enum):
    """What the text of a term must be."""

    TEXT = "text"
    DATE = "date"
    AMOUNT = "amount"
    """A number with `currencyID`."""
    PRICE = "price"
    """An amount with up to ten decimals."""
    QUANTITY = "quantity"
    """A number with up to ten decimals."""
    INDICATOR = "indicator"
    """`true` or `false`."""


@dataclass(frozen=True, slots=True)
class Term:
    """One business term: its id and its path below the part, `cbc:ID` or `cbc:ID/@schemeID`.

    `many`: a list of texts; else a second one is a finding.
    """

    id: str
    path: str
    kind: Kind = Kind.TEXT
    many: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A group of terms (BG-…) at a path; `many`: a list of them.

    `place` tells from a filled group under which id it belongs, where one path holds several
    groups (allowances and charges).
    """

    id: str
    path: str
    terms: "tuple[Term | Part, ...]"
    many: bool = True
    place: "Callable[[Group], str] | None" = None


UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMESPACES = {
    "cac": f"{UBL}CommonAggregateComponents-2",
    "cbc": f"{UBL}CommonBasicComponents-2",
    "ext": f"{UBL}CommonExtensionComponents-2",
}
"""The prefixes that paths and locations use, whatever a document calls them."""


def qualified(step: str) -> str:
    """`cbc:ID` as lxml writes it: `{urn:…}ID`."""
    prefix, _, name = step.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{name}"
