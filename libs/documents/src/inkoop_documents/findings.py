"""What is wrong with a document, in words for people and with an id for machines."""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """Fatal: the document is refused. Warning: it is accepted, but look at it."""

    FATAL = "fatal"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Message:
    """The same sentence in Dutch and English."""

    nl: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One breach of one rule at one place.

    `rule` is the official id (EN 16931, NLCIUS, Peppol, Basisfactuur and Basisorder Rijk) or ours
    (`INKOOP-…`), `location` an XPath, `term` the business term (BT-106).
    """

    rule: str
    severity: Severity
    location: str
    term: str
    message: Message
