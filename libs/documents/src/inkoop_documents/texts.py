"""From the text of a term to its value; what cannot be read is None and a remark."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from inkoop_documents.scanned import Group, Scan
from inkoop_documents.terms import Kind, Term
from inkoop_events.values import MAX_DECIMALS, MAX_WHOLE_DIGITS

MAX_LENGTH = 100
AMOUNT_DECIMALS = 2

_NUMBER = re.compile(r"[+-]?(\d*)\.?(\d*)", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_INDICATORS = {"true": True, "1": True, "false": False, "0": False}


def composed(text: str) -> str:
    """The number of a document or a line in the one form that keys have (NFC)."""
    return text if text.isascii() else normalize("NFC", text)


Reader = Callable[[Term, str, Group, Scan], Any]


def reader(kind: Kind) -> Reader:
    """The function that reads a text of any kind but text itself."""
    return _READERS[kind]


def read_number(term: Term, text: str, group: Group, scan: Scan) -> Decimal | None:
    """A plain decimal number; longer than we keep is unreadable too."""
    known = scan.numbers.get(text)
    if known is not None:
        return known
    matched = _NUMBER.fullmatch(text)
    whole, fraction = matched.group(1, 2) if matched else ("", "")
    if not whole and not fraction:
        scan.remark("number", group, term, text)
        return None
    if len(text) > MAX_LENGTH or len(whole) > MAX_WHOLE_DIGITS:
        scan.remark("size", group, term, text)
        return None
    number = Decimal(text)
    if len(fraction) > AMOUNT_DECIMALS:
        _judge_decimals(term, fraction, text, group, scan)
    else:
        scan.numbers[text] = number
    return number


def _judge_decimals(term: Term, fraction: str, text: str, group: Group, scan: Scan) -> None:
    if term.kind is Kind.AMOUNT:
        scan.remark("decimals", group, term, text)
    elif len(fraction.rstrip("0")) > MAX_DECIMALS:
        scan.remark("fraction", group, term, text)


def _read_date(term: Term, text: str, group: Group, scan: Scan) -> date | None:
    """An xsd:date, its time zone left out."""
    matched = _DATE.fullmatch(text)
    try:
        if matched:
            return date.fromisoformat(matched[1])
    except ValueError:
        pass
    scan.remark("date", group, term, text)
    return None


def _read_indicator(term: Term, text: str, group: Group, scan: Scan) -> bool | None:
    """An xsd:boolean."""
    if text not in _INDICATORS:
        scan.remark("indicator", group, term, text)
    return _INDICATORS.get(text)


_READERS: dict[Kind, Reader] = {
    Kind.DATE: _read_date,
    Kind.QUANTITY: read_number,
    Kind.INDICATOR: _read_indicator,
    Kind.AMOUNT: read_number,
    Kind.PRICE: read_number,
}
