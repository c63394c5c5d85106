"""Buyer and supplier: names, addresses, and the identifiers that make them one and the same."""

from collections.abc import Iterator
from dataclasses import dataclass

from inkoop_events.values import Oin, SupplierId, parse_oin, supplier_id

KVK, VAT_NL, OIN, GLN = "0106", "9944", "0190", "0088"

VAT_SCHEMES = {
    "AT": "9914", "BE": "9925", "BG": "9926", "CY": "9928", "CZ": "9929", "DE": "9930",
    "EE": "9931", "EL": "9933", "ES": "9920", "FI": "0213", "FR": "9957", "GB": "9932",
    "GR": "9933", "HR": "9934", "HU": "9910", "IE": "9935", "IT": "0211", "LT": "9937",
    "LU": "9938", "LV": "9939", "MT": "9943", "NL": VAT_NL, "PL": "9945", "PT": "9946",
    "RO": "9947", "SE": "9955", "SI": "9949", "SK": "9950",
}  # fmt: skip
"""Scheme of a VAT number by its country prefix (Electronic Address Scheme list, 99xx and kin)."""

PRECEDENCE = (KVK, VAT_NL, OIN, GLN)
"""Which identifier names a supplier that has several; then the order of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """An identifier and its scheme: an ISO 6523 or EAS code, or the agency's name in UBL-OHNL."""

    value: str
    scheme: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address (BG-5, BG-8); `street` holds the house number as well."""

    street: str = ""
    additional: str = ""
    line: str = ""
    city: str = ""
    postal_zone: str = ""
    subdivision: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ask (BG-6, BG-9)."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Buyer or supplier (BG-4, BG-7).

    `name` BT-27/44, `trading_name` BT-28/45, `endpoint` BT-34/49, `identifiers` BT-29/46,
    `registration` BT-30/47, `vat` BT-31/48 as written, `tax_registration` BT-32.
    """

    name: str = ""
    trading_name: str = ""
    endpoint: Identifier | None = None
    identifiers: tuple[Identifier, ...] = ()
    registration: Identifier | None = None
    vat: str = ""
    tax_registration: str = ""
    address: Address | None = None
    contact: Contact | None = None

    @property
    def ids(self) -> tuple[SupplierId, ...]:
        """All identifiers that other documents may know the party by, the chosen one first."""
        known = tuple(dict.fromkeys(_supplier_ids(self)))
        return tuple(sorted(known, key=_rank))

    @property
    def id(self) -> SupplierId | None:
        """The identifier that names the party in keys: KvK, VAT, OIN, GLN, then any other."""
        return next(iter(self.ids), None)

    @property
    def oin(self) -> Oin | None:
        """The OIN: of the legal entity, else of the electronic address, else another."""
        for identifier in (self.registration, self.endpoint, *self.identifiers):
            if identifier is not None and identifier.scheme == OIN:
                try:
                    return parse_oin(identifier.value)
                except ValueError:
                    continue
        return None


def vat_identifier(number: str) -> Identifier:
    """A VAT number without dots and spaces, with the scheme of its country; none if unknown."""
    compact = "".join(number.split()).replace(".", "").upper()
    return Identifier(value=compact, scheme=VAT_SCHEMES.get(compact[:2], ""))


def _rank(identifier: SupplierId) -> int:
    scheme = identifier[:4]
    return PRECEDENCE.index(scheme) if scheme in PRECEDENCE else len(PRECEDENCE)


def _supplier_ids(party: Party) -> Iterator[SupplierId]:
    vat = vat_identifier(party.vat) if party.vat else None
    for identifier in (party.registration, vat, *party.identifiers, party.endpoint):
        if identifier is None:
            continue
        try:
            yield supplier_id(identifier.scheme, _compact(identifier))
        except ValueError:
            continue


def _compact(identifier: Identifier) -> str:
    """Spaces and dots mean nothing in the numbers of registers that we know.

    A VAT number always has its country's prefix, so that two documents name one supplier.
    """
    country = _COUNTRIES.get(identifier.scheme, "")
    if not country and identifier.scheme not in PRECEDENCE:
        return identifier.value
    compact = "".join(identifier.value.split()).replace(".", "").upper()
    return f"{country}{compact}" if compact[:2].isdigit() else compact


_COUNTRIES = {scheme: country for country, scheme in VAT_SCHEMES.items() if country not in {"GR"}}
