"""The values that every service speaks in: organisations, numbers of documents, money."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Annotated, NewType

from msgspec import Meta
from pydantic import Field

CENT = Decimal("0.01")
MAX_DECIMALS = 10
"""Decimals of a price or quantity that are kept exactly; more is a finding (design D9)."""
MAX_LINES = 10_000
"""Lines of a document; more is a finding (design D6)."""

Oin = NewType("Oin", str)
"""Organisatie-identificatienummer: 20 digits, see `parse_oin` (Logius, OIN-stelsel)."""
SupplierId = NewType("SupplierId", str)
"""A supplier as `<ISO 6523 scheme>:<identifier>`, for example `0106:12345678` (a KvK number)."""
OrderNumber = NewType("OrderNumber", str)
"""The number that the department gave its order (BT-13 of an invoice that refers to it)."""
InvoiceNumber = NewType("InvoiceNumber", str)
"""The number that the supplier gave its invoice or credit note (BT-1)."""
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

OinField = Annotated[Oin, Meta(pattern=r"^\d{20}$"), Field(pattern=r"^\d{20}$")]
CurrencyField = Annotated[Currency, Meta(pattern=r"^[A-Z]{3}$"), Field(pattern=r"^[A-Z]{3}$")]

_OIN = re.compile(r"\d{20}")
_KVK = re.compile(r"\d{8}")
_VAT_NL = re.compile(r"NL\d{9}B\d{2}")
_SCHEME = re.compile(r"\d{4}")


class OinRegister(Enum):
    """The register that the number in an OIN comes from: its first eight digits (OIN-stelsel)."""

    RSIN = "00000001"
    FI_NUMBER = "00000002"
    KVK = "00000003"
    LOGIUS = "00000004"
    FOREIGN = "00000005"
    KVK_BRANCH = "00000006"
    BRP = "00000007"
    ORGANISATIONS_REGISTER = "00000008"
    OTHER = ""


def parse_oin(text: str) -> Oin:
    """Twenty digits, spaces aside. Raises ValueError that says what is wrong."""
    compact = text.replace(" ", "")
    if not _OIN.fullmatch(compact):
        raise ValueError(f"an OIN has 20 digits, this is {text!r}")
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
        raise ValueError(f"a KvK number has 8 digits, this is {text!r}")
    return compact


def parse_vat_id(text: str) -> str:
    """A Dutch VAT identification number, `NL123456789B01`. Raises ValueError."""
    compact = text.replace(" ", "").replace(".", "").upper()
    if not _VAT_NL.fullmatch(compact):
        raise ValueError(f"a Dutch VAT number looks like NL123456789B01, this is {text!r}")
    return compact


def supplier_id(scheme: str, identifier: str) -> SupplierId:
    """Join an ISO 6523 scheme and an identifier. Raises ValueError when either is not usable."""
    compact = identifier.strip()
    if not _SCHEME.fullmatch(scheme) or not compact or "/" in compact or len(compact) > 100:
        raise ValueError(f"not a supplier id: scheme {scheme!r}, identifier {identifier!r}")
    return SupplierId(f"{scheme}:{compact}")


def order_key(department: Oin, order: OrderNumber) -> OrderKey:
    """The key of an order and of all that refers to it (design D6)."""
    return OrderKey(f"{department}/{order}")


def invoice_key(department: Oin, supplier: SupplierId, invoice: InvoiceNumber) -> InvoiceKey:
    """The key of an invoice; a second document with this key is a duplicate (design D6)."""
    return InvoiceKey(f"{department}/{supplier}/{invoice}")


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


def decimals(number: Decimal) -> int:
    """How many decimals are written, without trailing zeros: 1.500 has one."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else MAX_DECIMALS + 1


class Refused(Exception):  # noqa: N818 — a refusal is an answer, not an error
    """A decision says no. `code` is stable and upper case, `detail` says what to do about it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
