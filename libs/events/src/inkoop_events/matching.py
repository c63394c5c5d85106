"""What the matching service tells the others: its decisions."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import ClassVar

from inkoop_events.values import (
    InvoiceKey,
    InvoiceNumber,
    LineId,
    OinField,
    OrderNumber,
    SupplierId,
    check_numbers,
    invoice_key,
)

TOPIC = "inkoop.matching"
"""Key: the invoice's key; made in the lane of the order."""


class MatchOutcome(Enum):
    """What a decision says of an invoice's part for one order.

    MATCHED: may be paid. MATCHED_WITH_NOTICE: may be paid, a finding is worth a look. HELD: may not
    be paid as things are. WAITING: the order is not known yet, decided again when it comes.
    """

    MATCHED = "matched"
    MATCHED_WITH_NOTICE = "matched-with-notice"
    HELD = "held"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchFinding:
    """Why: the rule that was broken, its limit, what was found, and the line.

    `code` is stable, upper case, for machines; `rule` names the rule of the policy; `line` is the
    invoice's line, `order_line` the order's; neither when the whole is meant. `limit` and `actual`
    are in the unit of the rule: a price, a quantity or an amount. `excess` is the part beyond the
    limit's base (for a price: the difference with the order's price); negative for what is too low.
    """

    code: str
    rule: str
    line: LineId | None = None
    order_line: LineId | None = None
    limit: Decimal | None = None
    actual: Decimal | None = None
    excess: Decimal | None = None
    notice: bool = False
    """True: told, but no reason to hold."""

    def __post_init__(self) -> None:
        """Raises ValueError for a number that no rule gives."""
        check_numbers(*(n for n in (self.limit, self.actual, self.excess) if n is not None))


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchDecided:
    """Matching decided on the part of an invoice that concerns one order.

    The decision in force is the one with the highest `sequence` of its lane in the envelope;
    `replaces` names the one before it.
    """

    TYPE: ClassVar[str] = "nl.inkoop.match.decided.v1"
    TOPIC: ClassVar[str] = TOPIC

    decision: str
    """Its name, not to be taken apart: `<order key>|<invoice key>|<number>`."""
    number: int
    """Counts the decisions on this part from 1, for people: after a restore it may count anew."""
    replaces: str | None
    """The decision that was in force until now; none for the first."""
    department: OinField
    order: OrderNumber
    supplier: SupplierId
    invoice: InvoiceNumber
    outcome: MatchOutcome
    findings: tuple[MatchFinding, ...]
    policy: str
    """The policy in force: `<name>@<version>`."""
    rests_on: tuple[str, ...]
    """The events it rests on, as `<service>/<event id>`: order, receipts, presentation."""

    @property
    def key(self) -> InvoiceKey:
        """The key of the message: the invoice's key."""
        return invoice_key(self.department, self.supplier, self.invoice)


EVENTS: tuple[type, ...] = (MatchDecided,)
