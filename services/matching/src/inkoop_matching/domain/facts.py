"""The facts of matching: what was ordered, received and invoiced on one order, and the decisions.

One stream holds all of one order; its key is the order's key. `evidence` is the id of the event
that brought a fact, as `<service>/<event id>`: what decisions rest on.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import ClassVar, TypeAlias

from inkoop_events.values import Currency, InvoiceNumber, LineId, ReceiptNumber, SupplierId


class Outcome(Enum):
    """What a decision says; MATCHED and MATCHED_WITH_NOTICE close the invoice for this order."""

    MATCHED = "matched"
    MATCHED_WITH_NOTICE = "matched-with-notice"
    HELD = "held"
    WAITING = "waiting"

    @property
    def closes(self) -> bool:
        """True when nothing of the invoice is left to decide on."""
        return self in _CLOSING


_CLOSING = (Outcome.MATCHED, Outcome.MATCHED_WITH_NOTICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of an order: `price` net for one `unit`, `net` the line's amount excluding VAT."""

    line: LineId
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """How much of an order line came in; negative for what went back to the supplier."""

    line: LineId
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line of an invoice; `quantity` and `net` are negative where it lowers what is invoiced.

    `order_line` is the line of the order that the supplier named, if any.
    """

    line: LineId
    order_line: LineId | None
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why: the rule that was broken, its limit, what was found, and where.

    `excess` is `actual` less what it was compared with (not less the limit): negative for what is
    too low. A `notice` is told, but does not hold the invoice.
    """

    code: str
    rule: str
    line: LineId | None = None
    order_line: LineId | None = None
    limit: Decimal | None = None
    actual: Decimal | None = None
    excess: Decimal | None = None
    notice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecorded:
    """The order became known here."""

    TYPE: ClassVar[str] = "order-recorded"
    VERSION: ClassVar[int] = 1

    evidence: str
    supplier: SupplierId
    currency: Currency
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecorded:
    """Goods or services of the order came in, known to the order or not."""

    TYPE: ClassVar[str] = "receipt-recorded"
    VERSION: ClassVar[int] = 1

    evidence: str
    receipt: ReceiptNumber
    lines: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRecorded:
    """The part of an invoice or credit note that concerns the order was presented.

    `trace` is the W3C traceparent of its submission: what is decided later links to it.
    """

    TYPE: ClassVar[str] = "invoice-recorded"
    VERSION: ClassVar[int] = 1

    evidence: str
    trace: str | None
    supplier: SupplierId
    invoice: InvoiceNumber
    credit: bool
    """True: the document is a credit note; its lines are negated here."""
    currency: Currency
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchDecided:
    """A decision on one invoice for this order came into force and replaced the one before it.

    `number` counts the decisions on this invoice from 1, so that each replaces `number` - 1.
    """

    TYPE: ClassVar[str] = "match-decided"
    VERSION: ClassVar[int] = 1

    supplier: SupplierId
    invoice: InvoiceNumber
    number: int
    outcome: Outcome
    policy: str
    """The policy in force: `<name>@<version>`."""
    findings: tuple[Finding, ...] = ()
    rests_on: tuple[str, ...] = ()
    """Evidence: the order, the last receipt of each line concerned, the presentation."""
    placed: tuple[LineId | None, ...] = ()
    """The order line that each invoice line is counted on; empty: the ones that it names."""
    trace: str | None = None
    """Where the submission can be looked up, when something else caused this decision."""


CaseFact: TypeAlias = OrderRecorded | ReceiptRecorded | InvoiceRecorded | MatchDecided
