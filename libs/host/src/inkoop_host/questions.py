"""What may be asked of every service: numbers in one form, a page at a time, a trail."""

from typing import Annotated
from unicodedata import normalize

from fastapi import Query
from pydantic import AfterValidator, BaseModel

from inkoop_kit.queries import TrailEntry

OIN = r"^[0-9]{20}$"
"""The form of an organisation's number in an address, a query or a header."""


def composed(number: str) -> str:
    """A number as it is kept, however the reader writes its accents (NFC)."""
    return normalize("NFC", number)


Number = Annotated[str, AfterValidator(composed)]
"""The number that somebody gave a document, in an address."""
Reference = Annotated[
    str, Query(max_length=500, description="Full key or bare number"), AfterValidator(composed)
]
"""A document by its full key or its bare number."""
Limit = Annotated[int, Query(ge=1, le=500)]
"""How much a page holds at most."""


class Trail(BaseModel):
    """Every fact that this service recorded of what was asked for, oldest first."""

    entries: list[TrailEntry]
