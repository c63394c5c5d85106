"""An order: what a department asks of a supplier, line by line."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec import Struct

from inkoop_documents.model.parties import Party
from inkoop_documents.model.prices import ONE, Adjustment, net_unit_price
from inkoop_events.values import Currency, LineId, Oin, OrderNumber, SupplierId

LABEL = 80
"""Characters of a description that travel in events: 10,000 lines must fit in one message."""


class OrderLine(Struct, frozen=True, kw_only=True):  # made in C: there are thousands
    """One line of an order. `net` excludes VAT, to the cent; computed where the order is silent."""

    line: LineId
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    base_quantity: Decimal = ONE
    adjustments: tuple[Adjustment, ...] = ()
    name: str = ""
    description: str = ""
    vat_category: str = ""
    vat_rate: Decimal | None = None

    @property
    def label(self) -> str:
        """What the line is about, short enough for an event."""
        return (self.name or self.description)[:LABEL]

    @property
    def net_unit_price(self) -> Decimal:
        """The price of one unit after allowances, for `OrderedLine.price`."""
        return net_unit_price(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of goods or services, from any format."""

    number: OrderNumber
    issued: date
    currency: Currency
    buyer: Party
    supplier: Party
    lines: tuple[OrderLine, ...]
    customization: str = ""
    process: str = ""
    notes: tuple[str, ...] = ()
    contract: str = ""
    quotation: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    net: Decimal | None = None
    vat: Decimal | None = None
    payable: Decimal | None = None

    @property
    def department(self) -> Oin | None:
        """The OIN of the buyer; there is one after `take_in`."""
        return self.buyer.oin

    @property
    def supplier_id(self) -> SupplierId | None:
        """The identifier that names the supplier in keys; there is one after `take_in`."""
        return self.supplier.id
