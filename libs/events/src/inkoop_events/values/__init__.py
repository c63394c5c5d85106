"""The values that every service speaks in: organisations, numbers of documents, money."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from typing import Annotated, NewType
from unicodedata import normalize

from msgspec import Meta
from pydantic import Field

CENT = Decimal("0.01")
MAX_DECIMALS = 10
"""Decimals of a price or quantity that are kept exactly; more is a finding (design D9)."""
MAX_LINES = 10_000
"""Lines of a document; more is a finding (design D6)."""
MAX_WHOLE_DIGITS = 15
"""Digits before the point of any number; more is refused: sums and products then stay exact."""
MAX_NUMBER_LENGTH = 200
"""Characters of the number that somebody gave a document; Peppol and our corpora stay under 60."""

Oin = NewType("Oin", str)
"""Organisatie-identificatienummer: 20 digits, see `parse_oin` (Logius, OIN-stelsel)."""
SupplierId = NewType("SupplierId", str)
"""A supplier as `<ISO 6523 scheme>:<identifier>`, for example `0106:12345678` (a KvK number)."""
OrderNumber = NewType("OrderNumber", str)
"""The number that the department gave its order (BT-13 of an invoice that refers to it).

Printable characters, a slash may be among them: see `parse_order_number` and `split_order_key`.
"""
InvoiceNumber = NewType("InvoiceNumber", str)
"""The number that the supplier gave its invoice or credit note (BT-1); as an order's number."""
ReceiptNumber = NewType("ReceiptNumber", str)
"""The number that the department gave its receipt of goods or services."""
OrderKey = NewType("OrderKey", str)
"""`<department OIN>/<order number>`: the key of everything that concerns one order (design D6)."""
InvoiceKey = NewType("InvoiceKey", str)
"""`<department OIN>/<supplier id>/<invoice number>`: two documents with one key are duplicates."""
LineId = NewType("LineId", str)
"""The number of a line within its document (BT-126 of an invoice line)."""
Currency = NewType("Currency", str)
"""ISO 4217 alpha-3 code."""

# Python's $ also matches before a final newline; \Z does not, but JSON Schema does not know it.
OinField = Annotated[Oin, Meta(pattern=r"^[0-9]{20}\Z"), Field(pattern=r"^[0-9]{20}$")]
CurrencyField = Annotated[Currency, Meta(pattern=r"^[A-Z]{3}\Z"), Field(pattern=r"^[A-Z]{3}$")]

_EXACT = Context(prec=130, rounding=ROUND_HALF_UP)
_OIN = re.compile(r"[0-9]{20}")
_KVK = re.compile(r"[0-9]{8}")
_VAT_NL = re.compile(r"NL[0-9]{9}B[0-9]{2}")
_SCHEME = re.compile(r"[0-9]{4}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_INVOICE_KEY = re.compile(r"([0-9]{20})/([0-9]{4}:[^/]{1,100})/(.+)", re.DOTALL)


class OinRegister(Enum):
    """The register that the number in an OIN comes from: its first eight digits (OIN-stelsel)."""

    RSIN = "00000001"
    FI_NUMBER = "00000002"
    KVK = "00000003"
    SUB_OIN = "00000004"
    LOGIUS = "00000006"
    BRIN = "00000007"
    FOREIGN = "00000008"
    UZI = "00000009"
    TRR_BD = "00000010"
    TEST = "00000099"
    OTHER = ""


def parse_oin(text: str) -> Oin:
    """Twenty digits, spaces aside: a prefix of 8, the number, a suffix. No check digit exists.

    Raises ValueError that says what is wrong.
    """
    compact = text.replace(" ", "")
    if not _OIN.fullmatch(compact):
        raise ValueError(f"an OIN has 20 digits, this is {_shown(text)}")
    return Oin(compact)


def oin_register(oin: Oin) -> OinRegister:
    """Which register the number was taken from; OTHER for a prefix that we do not know."""
    try:
        return OinRegister(oin[:8])
    except ValueError:
        return OinRegister.OTHER


def parse_kvk(text: str) -> str:
    """A number of the Dutch trade register: eight digits. Raises ValueError."""
    compact = text.replace(" ", "").replace(".", "")
    if not _KVK.fullmatch(compact):
        raise ValueError(f"a KvK number has 8 digits, this is {_shown(text)}")
    return compact


def parse_vat_id(text: str) -> str:
    """A Dutch VAT identification number, `NL123456789B01`. Raises ValueError."""
    compact = text.replace(" ", "").replace(".", "").upper()
    if not _VAT_NL.fullmatch(compact):
        raise ValueError(f"a Dutch VAT number looks like NL123456789B01, this is {_shown(text)}")
    return compact


def parse_currency(text: str) -> Currency:
    """An ISO 4217 alpha-3 code, upper case. Raises ValueError."""
    if not _CURRENCY.fullmatch(text):
        raise ValueError(f"a currency is three capitals (ISO 4217), this is {_shown(text)}")
    return Currency(text)


def parse_order_number(text: str) -> OrderNumber:
    """An order's number as people write it. Raises ValueError: see `_parse_number`."""
    return OrderNumber(_parse_number("an order number", text))


def parse_invoice_number(text: str) -> InvoiceNumber:
    """An invoice's number as people write it. Raises ValueError: see `_parse_number`."""
    return InvoiceNumber(_parse_number("an invoice number", text))


def parse_receipt_number(text: str) -> ReceiptNumber:
    """A receipt's number as people write it. Raises ValueError: see `_parse_number`."""
    return ReceiptNumber(_parse_number("a receipt number", text))


def supplier_id(scheme: str, identifier: str) -> SupplierId:
    """Join an ISO 6523 scheme and an identifier without a slash. Raises ValueError."""
    compact = identifier.strip()
    usable = compact.isprintable() and "/" not in compact and 0 < len(compact) <= 100
    if not _SCHEME.fullmatch(scheme) or not usable:
        raise ValueError(
            "a supplier id has a scheme of 4 digits and 1 to 100 printable characters without a "
            f"slash, this is {_shown(scheme)} and {_shown(identifier)}"
        )
    return SupplierId(f"{scheme}:{compact}")


def parse_supplier_id(text: str) -> SupplierId:
    """A supplier id as `<scheme>:<identifier>`. Raises ValueError: see `supplier_id`."""
    scheme, _, identifier = text.strip().partition(":")
    return supplier_id(scheme, identifier)


def order_key(department: Oin, order: OrderNumber) -> OrderKey:
    """The key of an order and of all that refers to it (design D6)."""
    return OrderKey(f"{department}/{order}")


def split_order_key(key: str) -> tuple[Oin, OrderNumber]:
    """Department and order of a key: cut at the first slash, the number may have more.

    Raises ValueError for what is not an order key.
    """
    department, _, order = key.partition("/")
    if not (len(department) == 20 and department.isascii() and department.isdigit() and order):
        raise ValueError(f"an order key is <department>/<order number>, this is {_shown(key)}")
    return Oin(department), OrderNumber(order)


def order_named(reference: str) -> tuple[Oin | None, OrderNumber]:
    """The order that somebody means: a full key says the department too, a bare number does not."""
    try:
        return split_order_key(reference)
    except ValueError:
        return None, OrderNumber(reference)


def invoice_key(department: Oin, supplier: SupplierId, invoice: InvoiceNumber) -> InvoiceKey:
    """The key of an invoice; a second document with this key is a duplicate (design D6)."""
    return InvoiceKey(f"{department}/{supplier}/{invoice}")


def split_invoice_key(key: str) -> tuple[Oin, SupplierId, InvoiceNumber]:
    """Department, supplier and invoice of a key: cut at the first two slashes only.

    Raises ValueError for what is not an invoice key.
    """
    if not (parts := _INVOICE_KEY.fullmatch(key)):
        raise ValueError(
            f"an invoice key is <department>/<supplier>/<invoice number>, this is {_shown(key)}"
        )
    return Oin(parts[1]), SupplierId(parts[2]), InvoiceNumber(parts[3])


def invoice_named(reference: str) -> tuple[Oin | None, SupplierId | None, InvoiceNumber]:
    """The invoice that somebody means: by its full key, or by a number that many may have."""
    try:
        return split_invoice_key(reference)
    except ValueError:
        return None, None, InvoiceNumber(reference)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of a currency, exact; `rounded` when it has at most two decimals."""

    amount: Decimal
    currency: Currency

    def rounded(self) -> "Money":
        """Half-up to the cent (design D9)."""
        return Money(to_cents(self.amount), self.currency)


def to_cents(amount: Decimal) -> Decimal:
    """Half-up to two decimals, away from zero at exactly half (design D9)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def line_net(quantity: Decimal, price: Decimal) -> Decimal:
    """Quantity × price, half-up to the cent, exact for numbers of up to 60 digits (design D9)."""
    return _EXACT.quantize(_EXACT.multiply(quantity, price), CENT)


def check_numbers(*numbers: Decimal) -> None:
    """Raises ValueError for a number that no document has: NaN, infinite, over 15 whole digits.

    msgspec reads `"NaN"` and `"1E+999999"` as decimals, and a comparison with NaN stops a decision
    half-way; so the lines of an event check their own numbers when they are made.
    """
    for number in numbers:
        if not number.is_finite() or number.adjusted() >= MAX_WHOLE_DIGITS:
            raise ValueError(f"a number has at most {MAX_WHOLE_DIGITS} digits before the point")


def decimals(number: Decimal) -> int:
    """How many decimals are written, without trailing zeros: 1.500 has one."""
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):  # NaN or infinite
        return MAX_DECIMALS + 1
    while exponent < 0 and digits and digits[-1] == 0:  # normalize() would round to 28 digits
        digits, exponent = digits[:-1], exponent + 1
    return max(0, -exponent) if digits else 0


class Refused(Exception):  # noqa: N818 — a refusal is an answer, not an error
    """A decision says no. `code` is stable and upper case, `detail` says what to do about it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def _parse_number(what: str, text: str) -> str:
    """Trimmed, composed (NFC): 1 to 200 printable characters, a space or slash may be inside.

    The numbers become keys of topics and streams, so one way of writing them is chosen here. A
    control, format or line character is refused, because it would hide a second number from people.
    """
    if len(text) > 10 * MAX_NUMBER_LENGTH:
        raise ValueError(f"{what} has at most {MAX_NUMBER_LENGTH} characters, this has {len(text)}")
    number = normalize("NFC", text.strip())
    if not 0 < len(number) <= MAX_NUMBER_LENGTH or not number.isprintable():
        raise ValueError(
            f"{what} has 1 to {MAX_NUMBER_LENGTH} printable characters, this is {_shown(text)}"
        )
    return number


def _shown(text: str) -> str:
    """Foreign text in a message: quoted, escaped and short."""
    return ascii(text if len(text) <= 60 else text[:60] + "…")
