"""Asks every service for its part of a trail."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from inkoop_cli.faults import RefusedError
from inkoop_cli.services import Services
from inkoop_cli.trail import Entry, read_entries

_INVOICE_KEY = re.compile(r"\d{20}/\d{4}:[^/]+/.+")
_ORDER_KEY = re.compile(r"\d{20}/.+")
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Reference:
    """What a person named: a full key says what it is, a bare number may be either."""

    text: str
    order: bool
    invoice: bool


def parse_reference(text: str) -> Reference:
    """`<OIN>/<order>`, `<OIN>/<scheme>:<supplier>/<invoice>` (design D6), or a bare number."""
    invoice = _INVOICE_KEY.fullmatch(text) is not None
    order = not invoice and _ORDER_KEY.fullmatch(text) is not None
    return Reference(text, order or not invoice, invoice or not order)


def gather(services: Services, reference: Reference) -> list[Entry]:
    """Every entry that concerns the order or invoice, and those of the orders that it names.

    Raises UnreachableError when a service does not answer: half a trail would lie.
    """
    found: dict[str, Entry] = {}
    if reference.invoice:
        for service in ("invoicing", "matching"):
            _add(found, part_of_trail(services, service, invoice=reference.text))
        for order in sorted(_orders_named(found.values())):
            _add(found, part_of_trail(services, "ordering", order=order))
    if reference.order:
        for service in ("ordering", "invoicing", "matching"):
            _add(found, part_of_trail(services, service, order=reference.text))
    return list(found.values())


def _add(found: dict[str, Entry], entries: Iterable[Entry]) -> None:
    found.update((entry.name, entry) for entry in entries)


def part_of_trail(services: Services, service: str, **params: str) -> list[Entry]:
    """One service's part of a trail; empty when it knows nothing of it."""
    try:
        return read_entries(services.get(service, "/v1/trail", **params))
    except RefusedError as refusal:
        if refusal.status == _NOT_FOUND:
            return []
        raise


def _orders_named(entries: Iterable[Entry]) -> set[str]:
    keys: set[str] = set()
    for entry in entries:
        department = entry.key.partition("/")[0]
        orders = [*(entry.data.get("orders") or ()), entry.data.get("order")]
        keys.update(f"{department}/{order}" for order in orders if isinstance(order, str))
    return keys
