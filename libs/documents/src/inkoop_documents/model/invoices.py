"""An invoice or credit note in the terms of EN 16931-1."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec import Struct

from inkoop_documents.model.orders import LABEL
from inkoop_documents.model.parties import Party
from inkoop_documents.model.prices import ONE, ZERO, Adjustment, net_unit_price
from inkoop_events.invoicing import InvoiceKind
from inkoop_events.values import Currency, InvoiceNumber, LineId, Oin, OrderNumber, SupplierId


class InvoiceLine(Struct, frozen=True, kw_only=True):  # made in C: there are thousands
    """One line (BG-25). A negative quantity or net amount lowers what is invoiced.

    `line` BT-126, `quantity` BT-129 in `unit` BT-130, `net` BT-131, `price` BT-146 for
    `base_quantity` BT-149, `gross_price` BT-148, `price_discount` BT-147, `order_line` BT-132,
    `order` the order that this line names itself (UBL-OHNL), `time_card` BT-128 (Basisfactuur
    Rijk 8.1, `<time card>#<line>`), `name` BT-153, `description` BT-154, VAT BT-151 and BT-152.
    """

    line: LineId
    quantity: Decimal
    unit: str
    net: Decimal
    price: Decimal
    base_quantity: Decimal = ONE
    gross_price: Decimal | None = None
    price_discount: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    order: OrderNumber | None = None
    order_line: LineId | None = None
    time_card: str = ""
    name: str = ""
    description: str = ""
    note: str = ""
    vat_category: str = ""
    vat_rate: Decimal | None = None
    period_start: date | None = None
    period_end: date | None = None

    @property
    def label(self) -> str:
        """What the line is about, short enough for an event."""
        return (self.name or self.description)[:LABEL]

    @property
    def net_unit_price(self) -> Decimal:
        """The price of one unit after allowances, for `InvoicedLine.price`."""
        return net_unit_price(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class VatShare:
    """The VAT of one category and rate (BG-23): `taxable` BT-116, `tax` BT-117."""

    taxable: Decimal
    tax: Decimal
    category: str = ""
    rate: Decimal | None = None
    exemption: str = ""
    exemption_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums of an invoice (BG-22), in its currency, to the cent.

    `lines` BT-106, `allowances` BT-107, `charges` BT-108, `net` BT-109, `vat` BT-110, `gross`
    BT-112, `prepaid` BT-113, `rounding` BT-114, `payable` BT-115.
    """

    lines: Decimal
    net: Decimal
    gross: Decimal
    payable: Decimal
    vat: Decimal = ZERO
    allowances: Decimal = ZERO
    charges: Decimal = ZERO
    prepaid: Decimal = ZERO
    rounding: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecedingInvoice:
    """An earlier invoice that this one refers to (BG-3): BT-25 and BT-26."""

    number: InvoiceNumber
    issued: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAccount:
    """Where to pay (BG-16, BG-17): `means` BT-81, `iban` BT-84, `reference` BT-83."""

    means: str
    iban: str = ""
    account_name: str = ""
    bic: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice or credit note. The amounts are the supplier's claims.

    `number` BT-1, `issued` BT-2, `type_code` BT-3, `currency` BT-5, `due` BT-9, `order` BT-13,
    `contract` BT-12, `buyer_reference` BT-10, `preceding` BG-3, `customization` BT-24, `process`
    BT-23, `terms` BT-20. On a credit note quantities and amounts are as on the document: positive
    for what is credited.
    """

    kind: InvoiceKind
    number: InvoiceNumber
    issued: date
    type_code: str
    currency: Currency
    buyer: Party
    supplier: Party
    lines: tuple[InvoiceLine, ...]
    totals: Totals
    vat: tuple[VatShare, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    due: date | None = None
    delivered: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    order: OrderNumber | None = None
    contract: str = ""
    buyer_reference: str = ""
    preceding: tuple[PrecedingInvoice, ...] = ()
    payment: tuple[PaymentAccount, ...] = ()
    terms: str = ""
    notes: tuple[str, ...] = ()
    customization: str = ""
    process: str = ""

    @property
    def department(self) -> Oin | None:
        """The OIN of the buyer; there is one after `take_in`."""
        return self.buyer.oin

    @property
    def supplier_id(self) -> SupplierId | None:
        """The identifier that names the supplier in keys; there is one after `take_in`."""
        return self.supplier.id

    @property
    def orders(self) -> tuple[OrderNumber, ...]:
        """The orders that the lines are charged to, in the order of the document."""
        named = [line.order or self.order for line in self.lines]
        return tuple(dict.fromkeys(order for order in named if order))

    def lines_of(self, order: OrderNumber) -> tuple[InvoiceLine, ...]:
        """The lines that are charged to this order: their own reference, else the document's."""
        return tuple(line for line in self.lines if (line.order or self.order) == order)

    @property
    def lines_without_order(self) -> tuple[InvoiceLine, ...]:
        """The lines that name no order, where the document names none either."""
        return tuple(line for line in self.lines if not (line.order or self.order))
