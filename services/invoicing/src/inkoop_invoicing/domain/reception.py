"""How a document becomes an invoice: its claim, what can be wrong with it, its parts by order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

from inkoop_events.values import CENT, Currency, InvoiceNumber, OrderNumber
from inkoop_events.values.faults import (
    Fault,
    amount_faults,
    exact_faults,
    line_count_faults,
    price_faults,
    reference_faults,
    refuse_when,
    repeated_line_faults,
    size_faults,
    text_faults,
)
from inkoop_invoicing.domain.invoice import (
    Invoice,
    InvoiceDuplicated,
    InvoiceFact,
    InvoiceHeld,
    InvoiceKind,
    InvoiceLine,
    InvoicePresented,
    InvoiceReceived,
)

NO_ORDER_REFERENCE = "NO_ORDER_REFERENCE"
"""Lines that name no order, where the header does not either."""
NET_DIFFERS = "NET_DIFFERS"
"""Lines whose amount is not quantity × price: matching looks at those two, so it is not matched."""
CHARGE_WITHOUT_ORDER = "CHARGE_WITHOUT_ORDER"
"""A total above the sum of the lines: what is charged on top belongs to no order."""
MAX_ORDERS = 1_000
"""Orders that one invoice may name: each is decided on apart and its decision collected again."""

_EXACT = Context(prec=60)
"""Enough for the product of two numbers of 25 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """A line of the document; `order` is the order that the line itself names, if it does."""

    line: InvoiceLine
    order: OrderNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a document says; `order` is the order in its header (BT-13), `document` its SHA-256."""

    kind: InvoiceKind
    issued: date
    currency: Currency
    net: Decimal
    vat: Decimal
    payable: Decimal
    order: OrderNumber | None
    lines: tuple[ClaimLine, ...]
    document: str


def receive(invoice: Invoice, number: InvoiceNumber, claim: Claim) -> Iterator[InvoiceFact]:
    """Take in a document: the first of its number is presented to each order that it names.

    The same document again changes nothing, another one is a duplicate. Lines that name no order,
    when the header does not either, hold the invoice. Raises Faulty with all that is wrong.
    """
    parts = _parts(claim)
    refuse_when(_claim_faults(number, claim, orders=len(parts)))
    if invoice.received is None:
        yield from _first(claim, parts)
    elif invoice.received.document != claim.document:
        yield InvoiceDuplicated(document=claim.document, first_document=invoice.received.document)


def _first(
    claim: Claim, parts: dict[OrderNumber | None, list[InvoiceLine]]
) -> Iterator[InvoiceFact]:
    yield InvoiceReceived(
        kind=claim.kind,
        issued=claim.issued,
        currency=claim.currency,
        net=claim.net,
        vat=claim.vat,
        payable=claim.payable,
        orders=tuple(order for order in parts if order is not None),
        document=claim.document,
    )
    for order, lines in parts.items():
        if order is not None:
            yield _presented(claim, order, lines)
    if (held := _held(claim, parts)) is not None:
        yield held


def _held(claim: Claim, parts: dict[OrderNumber | None, list[InvoiceLine]]) -> InvoiceHeld | None:
    """What no order can answer for keeps the invoice from being paid on matching alone."""
    lines = [claimed.line for claimed in claim.lines]
    without = parts.get(None, [])
    differs = [line for line in lines if not _adds_up(line)]
    codes = {
        NO_ORDER_REFERENCE: bool(without),
        NET_DIFFERS: bool(differs),
        CHARGE_WITHOUT_ORDER: claim.net > sum((line.net for line in lines), Decimal(0)),
    }
    if not any(codes.values()):
        return None
    meant = dict.fromkeys(line.line for line in (*without, *differs))
    return InvoiceHeld(
        codes=tuple(code for code, holds in codes.items() if holds),
        lines=tuple(meant) if len(meant) < len(lines) else (),
    )


def _adds_up(line: InvoiceLine) -> bool:
    """Within a cent: the price of a unit was rounded to ten decimals."""
    return abs(line.net - _EXACT.multiply(line.quantity, line.price)) <= CENT


def _presented(claim: Claim, order: OrderNumber, lines: list[InvoiceLine]) -> InvoicePresented:
    return InvoicePresented(
        order=order,
        kind=claim.kind,
        issued=claim.issued,
        currency=claim.currency,
        lines=tuple(lines),
    )


def _parts(claim: Claim) -> dict[OrderNumber | None, list[InvoiceLine]]:
    parts: dict[OrderNumber | None, list[InvoiceLine]] = {}
    for line in claim.lines:
        parts.setdefault(line.order or claim.order, []).append(line.line)
    return parts


def _claim_faults(number: InvoiceNumber, claim: Claim, *, orders: int) -> Iterator[Fault]:
    yield from reference_faults(number, "invoice")
    if claim.order is not None:
        yield from reference_faults(claim.order, "order")
    yield from amount_faults(claim.net, "net")
    yield from amount_faults(claim.vat, "vat")
    yield from amount_faults(claim.payable, "payable")
    yield from line_count_faults(len(claim.lines))
    yield from size_faults(text for claimed in claim.lines for text in _texts(claimed))
    if orders > MAX_ORDERS:
        yield Fault("TOO_MANY_ORDERS", "lines")
    yield from repeated_line_faults(claimed.line.line for claimed in claim.lines)
    for claimed in claim.lines:
        yield from _line_faults(claimed)


def _texts(claimed: ClaimLine) -> tuple[str, ...]:
    line = claimed.line
    return line.line, line.order_line or "", line.unit, line.description


def _line_faults(claimed: ClaimLine) -> Iterator[Fault]:
    line = claimed.line
    yield from reference_faults(line.line, "line", line.line)
    yield from reference_faults(line.unit, "unit", line.line)
    if claimed.order is not None:
        yield from reference_faults(claimed.order, "order", line.line)
    if line.order_line is not None:
        yield from reference_faults(line.order_line, "order_line", line.line)
    yield from text_faults(line.description, "description", line.line)
    yield from exact_faults(line.quantity, "quantity", line.line)
    yield from price_faults(line.price, line.line)
    yield from amount_faults(line.net, "net", line.line)
