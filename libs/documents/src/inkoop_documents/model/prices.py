"""What one unit costs in the end: price, base quantity, allowances and charges of a line."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Protocol

from inkoop_events.values import CENT, MAX_DECIMALS

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Enough digits for every product of two numbers that the scan lets through."""

ZERO = Decimal(0)
ONE = Decimal(1)
_UNIT_PRICE = Decimal(1).scaleb(-MAX_DECIMALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An allowance (BG-20, BG-27) or, when `charge`, a charge (BG-21, BG-28).

    `amount` excludes VAT and is positive in the direction that the name says; `percent` of `base`
    says how it was computed. The VAT category and rate are those of a document's adjustment.
    """

    charge: bool
    amount: Decimal
    reason: str = ""
    reason_code: str = ""
    percent: Decimal | None = None
    base: Decimal | None = None
    vat_category: str = ""
    vat_rate: Decimal | None = None

    @property
    def signed(self) -> Decimal:
        """What it adds to the sum: negative for an allowance."""
        return self.amount if self.charge else -self.amount


class PricedLine(Protocol):
    """A line of an order or an invoice."""

    @property
    def quantity(self) -> Decimal:
        """In the unit of the line."""
        ...

    @property
    def net(self) -> Decimal:
        """To the cent, after allowances and charges of the line, excluding VAT."""
        ...

    @property
    def price(self) -> Decimal:
        """The item's net price for `base_quantity`, before allowances of the line."""
        ...

    @property
    def base_quantity(self) -> Decimal:
        """For how many units the price holds."""
        ...

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """Allowances and charges of the line."""
        ...


def line_net(
    quantity: Decimal, price: Decimal, base: Decimal, adjustments: tuple[Adjustment, ...]
) -> Decimal:
    """Quantity × price ÷ base quantity ± allowances, half-up to the cent (PEPPOL-EN16931-R120)."""
    gross = EXACT.divide(EXACT.multiply(quantity, price), base)
    net = sum((adjustment.signed for adjustment in adjustments), start=gross)
    return EXACT.quantize(net, CENT)


def net_unit_price(line: PricedLine) -> Decimal:
    """The price of one unit after allowances and charges of the line, excluding VAT.

    Exact where the division ends within ten decimals, else half-up to ten. Where the stated net
    amount is not the one that quantity and price give (UBL-OHNL samples), the net amount counts:
    it is what is asked. A line without quantity has the item's price.
    """
    if not line.quantity:
        return to_unit_price(EXACT.divide(line.price, line.base_quantity))
    exact = EXACT.divide(EXACT.multiply(line.quantity, line.price), line.base_quantity)
    exact = sum((adjustment.signed for adjustment in line.adjustments), start=exact)
    net = exact if EXACT.quantize(exact, CENT) == line.net else line.net
    return to_unit_price(EXACT.divide(net, line.quantity))


def to_unit_price(price: Decimal) -> Decimal:
    """At most ten decimals (design D9), without trailing zeros, never in exponent form."""
    rounded = EXACT.quantize(price, _UNIT_PRICE)
    whole = rounded.to_integral_value()
    return EXACT.quantize(whole, ONE) if rounded == whole else rounded.normalize(EXACT)
