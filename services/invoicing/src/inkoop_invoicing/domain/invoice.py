"""The life of one invoice: received, presented for matching, held or payable."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import ClassVar, TypeAlias, assert_never

from inkoop_events.values import (
    Currency,
    LineId,
    OrderNumber,
    Refused,
)


class InvoiceKind(Enum):
    """What the document asks: payment, or to lower what was invoiced (BT-3)."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"


class Outcome(Enum):
    """What matching said of the part of the invoice that concerns one order."""

    MATCHED = "matched"
    MATCHED_WITH_NOTICE = "matched-with-notice"
    HELD = "held"
    WAITING = "waiting"


class InvoiceState(Enum):
    """Where an invoice stands, for people."""

    RECEIVED = "received"
    WAITING = "waiting"
    HELD = "held"
    PAYABLE = "payable"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """A line as presented: `price` is net for one `unit`, `net` the line's amount to the cent.

    On an invoice a negative `quantity` or `net` lowers what is invoiced; a credit note gives both
    as on the document, positive for what is credited.
    """

    line: LineId
    order_line: LineId | None = None
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReceived:
    """A supplier's invoice or credit note was accepted for processing; its amounts are claims."""

    TYPE: ClassVar[str] = "invoice-received"
    VERSION: ClassVar[int] = 1

    kind: InvoiceKind
    issued: date
    currency: Currency
    net: Decimal
    vat: Decimal
    payable: Decimal
    """What is to be settled: to the supplier, or by a credit note to the department."""
    orders: tuple[OrderNumber, ...]
    document: str
    """SHA-256 of the received bytes, hexadecimal: what tells a repeat from a duplicate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePresented:
    """The part of the invoice that concerns one order was presented for matching with it."""

    TYPE: ClassVar[str] = "invoice-presented"
    VERSION: ClassVar[int] = 1

    order: OrderNumber
    kind: InvoiceKind
    issued: date
    currency: Currency
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceHeld:
    """The invoice cannot be paid now: `codes` say why.

    `order` is the order that asks; none when the invoice itself is the reason, and `lines` are then
    the lines that are meant, if not all.
    """

    TYPE: ClassVar[str] = "invoice-held"
    VERSION: ClassVar[int] = 1

    codes: tuple[str, ...]
    order: OrderNumber | None = None
    decision: str | None = None
    lines: tuple[LineId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchNoted:
    """A decision of matching on one order came in force for this invoice; `codes` are its reasons.

    `number` counts the decisions on this order and invoice, from 1; matching may count anew after a
    restore, so the newer one is that with the higher `position` in matching's lane.
    """

    TYPE: ClassVar[str] = "match-noted"
    VERSION: ClassVar[int] = 1

    order: OrderNumber
    decision: str
    number: int
    outcome: Outcome
    codes: tuple[str, ...] = ()
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDuplicated:
    """Another document came with the number of an invoice that was there: kept, never paid."""

    TYPE: ClassVar[str] = "invoice-duplicated"
    VERSION: ClassVar[int] = 1

    document: str
    first_document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceBecamePayable:
    """Every order of the invoice matched it: it may be paid. At most once for an invoice."""

    TYPE: ClassVar[str] = "invoice-became-payable"
    VERSION: ClassVar[int] = 1

    kind: InvoiceKind
    currency: Currency
    payable: Decimal
    decisions: tuple[str, ...]
    """The decisions in force, one for each order."""
    document: str


InvoiceFact: TypeAlias = (
    InvoiceReceived
    | InvoicePresented
    | InvoiceHeld
    | MatchNoted
    | InvoiceDuplicated
    | InvoiceBecamePayable
)


def _no_matches() -> dict[OrderNumber, MatchNoted | None]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What decisions on an invoice need; without facts: an invoice that nobody sent yet."""

    received: InvoiceReceived | None = None
    matches: Mapping[OrderNumber, MatchNoted | None] = field(default_factory=_no_matches)
    """The decision in force by order; none: presented, not yet decided on."""
    own_codes: tuple[str, ...] = ()
    """Why the invoice itself is held, so that it cannot become payable by matching alone."""
    payable: bool = False
    duplicates: int = 0


def evolve(invoice: Invoice, fact: InvoiceFact) -> Invoice:
    """Apply a fact. Never refuses: history is true, also when today's rules differ."""
    match fact:
        case InvoiceReceived():
            return replace(invoice, received=fact)
        case InvoicePresented(order=order):
            return replace(invoice, matches={**invoice.matches, order: None})
        case InvoiceHeld(order=order, codes=codes):
            return replace(invoice, own_codes=codes) if order is None else invoice
        case MatchNoted(order=order):
            return replace(invoice, matches={**invoice.matches, order: fact})
        case InvoiceDuplicated():
            return replace(invoice, duplicates=invoice.duplicates + 1)
        case InvoiceBecamePayable():
            return replace(invoice, payable=True)
        case _:
            assert_never(fact)


def note_decision(invoice: Invoice, noted: MatchNoted) -> Iterator[InvoiceFact]:
    """Let a decision of matching count; one that is not newer than the one in force does not.

    The invoice becomes payable when all its orders matched it, once; a later decision is still
    noted, so that people see it, but takes nothing back. Raises Refused UNKNOWN_PRESENTATION when
    this invoice never was presented for that order.
    """
    if noted.order not in invoice.matches:
        raise Refused("UNKNOWN_PRESENTATION", f"never presented for order {noted.order}")
    before = invoice.matches[noted.order]
    if before is not None and noted.position <= before.position:
        return
    yield noted
    after = evolve(invoice, noted)
    if after.payable:
        return
    if noted.outcome is Outcome.HELD and _holds_for(before) != noted.codes:
        yield InvoiceHeld(codes=noted.codes, order=noted.order, decision=noted.decision)
    if (payable := _become_payable(after)) is not None:
        yield payable


def state_of(invoice: Invoice) -> InvoiceState:
    """Where it stands: a hold is told before a wait, a wait before a decision yet to come."""
    outcomes = {match.outcome if match else None for match in invoice.matches.values()}
    if invoice.payable:
        return InvoiceState.PAYABLE
    if invoice.own_codes or Outcome.HELD in outcomes:
        return InvoiceState.HELD
    return InvoiceState.WAITING if Outcome.WAITING in outcomes else InvoiceState.RECEIVED


def codes_of(invoice: Invoice) -> tuple[str, ...]:
    """Why it is held or waits, each code once, in the order of the orders."""
    matches = (match for match in invoice.matches.values() if match is not None)
    codes = (code for match in matches if not _is_matched(match) for code in match.codes)
    return tuple(dict.fromkeys((*invoice.own_codes, *codes)))


def _holds_for(match: MatchNoted | None) -> tuple[str, ...] | None:
    return match.codes if match is not None and match.outcome is Outcome.HELD else None


def _is_matched(match: MatchNoted) -> bool:
    return match.outcome in {Outcome.MATCHED, Outcome.MATCHED_WITH_NOTICE}


def _become_payable(invoice: Invoice) -> InvoiceBecamePayable | None:
    received, matches = invoice.received, invoice.matches.values()
    decisions = [match.decision for match in matches if match is not None and _is_matched(match)]
    if received is None or invoice.own_codes or len(decisions) < len(matches):
        return None
    return InvoiceBecamePayable(
        kind=received.kind,
        currency=received.currency,
        payable=received.payable,
        decisions=tuple(decisions),
        document=received.document,
    )
