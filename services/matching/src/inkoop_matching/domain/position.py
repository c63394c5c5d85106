"""Positions: how far each line of an order is received and invoiced, for people to read."""

from dataclasses import dataclass
from decimal import Decimal

from inkoop_events.values import LineId
from inkoop_matching.domain.case import NOTHING, Case
from inkoop_matching.domain.policy import Match, Policy

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The sums of one line; quantities in the order line's unit, amounts net in its currency."""

    line: LineId
    known: bool
    """False for a line that was received, while the order has no such line."""
    ordered: Decimal
    received: Decimal
    invoiced: Decimal
    """Held invoices count, credits once they are matched."""
    matched: Decimal
    """Invoiced, and covered by the order and, where the policy asks for it, by receipts."""
    open_to_receive: Decimal
    open_to_invoice: Decimal
    received_not_invoiced: Decimal
    amount_to_invoice: Decimal


def positions(case: Case, policy: Policy) -> list[Position]:
    """The position of each line of the order, and of lines that were received but never ordered."""
    strange = [line for line in case.received if line not in case.ordered]
    return [_position(case, policy, line) for line in (*case.ordered, *strange)]


def _position(case: Case, policy: Policy, line: LineId) -> Position:
    ordered = case.ordered.get(line)
    quantity = ordered.quantity if ordered else _ZERO
    received = case.received[line].quantity if line in case.received else _ZERO
    invoiced = case.invoiced.get(line, NOTHING)
    covered = quantity if policy.match is Match.TWO_WAY else min(quantity, received)
    return Position(
        line=line,
        known=ordered is not None,
        ordered=quantity,
        received=received,
        invoiced=invoiced.quantity,
        matched=max(_ZERO, min(invoiced.quantity, covered)),
        open_to_receive=max(_ZERO, quantity - received),
        open_to_invoice=max(_ZERO, quantity - invoiced.quantity),
        received_not_invoiced=max(_ZERO, received - invoiced.quantity),
        amount_to_invoice=max(_ZERO, (ordered.net if ordered else _ZERO) - invoiced.value),
    )
