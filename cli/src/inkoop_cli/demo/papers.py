"""The demo's documents: orders, receipts, invoices and credit notes in the official formats."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from string import Template
from xml.sax.saxutils import escape

NLCIUS = "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0"
PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
VAT_RATE = Decimal("0.21")
_TEMPLATES = files("inkoop_cli.demo") / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A buyer (`id` is its OIN) or a seller (`id` is its KvK number, with VAT id and IBAN)."""

    id: str
    name: str
    street: str
    city: str
    zone: str
    contact: str
    mail: str
    vat: str = ""
    iban: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a document; on an invoice `order` and `order_line` say what it charges."""

    line: str
    quantity: str
    unit: str
    price: str
    name: str
    order: str = ""
    order_line: str = ""

    @property
    def net(self) -> Decimal:
        """The line's amount to the cent, half-up (design D9)."""
        return _cents(Decimal(self.quantity) * Decimal(self.price))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What all documents share. `contract` is for orders, `corrects` for credit notes."""

    number: str
    issued: date
    buyer: Party
    seller: Party
    lines: Sequence[Line]
    note: str
    order: str = ""
    contract: str = ""
    corrects: str = ""


def peppol_order(paper: Paper) -> bytes:
    """An order in Peppol BIS Order transaction 3."""
    return _render("peppol-order", paper)


def ohnl_order(paper: Paper) -> bytes:
    """An order in UBL-OHNL 1.9, the DigiInkoop message standard."""
    return _render("ohnl-order", paper)


def ohnl_invoice(paper: Paper) -> bytes:
    """An invoice in UBL-OHNL 1.9: every line names its own order."""
    return _render("ohnl-invoice", paper)


def invoice(paper: Paper, customization: str = NLCIUS) -> bytes:
    """An invoice in NLCIUS or Peppol BIS Billing 3 (EN 16931 in UBL)."""
    return _render("invoice", paper, customization)


def credit_note(paper: Paper, customization: str = NLCIUS) -> bytes:
    """A credit note in NLCIUS or Peppol BIS Billing 3 (EN 16931 in UBL)."""
    return _render("credit-note", paper, customization)


def receipt(
    number: str, department: str, order: str, received: date, lines: Mapping[str, str]
) -> bytes:
    """A receipt as JSON: how much of which line of the order came in."""
    body = {
        "type": "receipt",
        "department": department,
        "order": order,
        "receipt": number,
        "received": received.isoformat(),
        "lines": [{"line": line, "quantity": quantity} for line, quantity in lines.items()],
    }
    return json.dumps(body, indent=2).encode()


def _render(template: str, paper: Paper, customization: str = "") -> bytes:
    lines = "".join(_fill(f"{template}-line", _line_fields(line)) for line in paper.lines)
    fields = _fields(paper) | {"customization": customization, "lines": lines}
    return _fill(template, fields).encode()


def _fields(paper: Paper) -> dict[str, str]:
    net = sum((line.net for line in paper.lines), Decimal(0))
    vat = _cents(net * VAT_RATE)
    return {
        **_party_fields("buyer", paper.buyer),
        **_party_fields("seller", paper.seller),
        "number": escape(paper.number),
        "issued": paper.issued.isoformat(),
        "due": (paper.issued + timedelta(days=30)).isoformat(),
        "note": escape(paper.note),
        "contract": escape(paper.contract),
        "buyer_reference": escape(paper.buyer.contact),
        "order_reference": _reference("OrderReference", paper.order),
        "billing_reference": _billing_reference(paper.corrects),
        "net": f"{net:.2f}",
        "vat": f"{vat:.2f}",
        "payable": f"{net + vat:.2f}",
    }


def _line_fields(line: Line) -> dict[str, str]:
    reference = (
        "    <cac:OrderLineReference>\n"
        f"      <cbc:LineID>{escape(line.order_line)}</cbc:LineID>\n"
        "    </cac:OrderLineReference>\n"
    )
    return {
        "line": escape(line.line),
        "quantity": line.quantity,
        "unit": line.unit,
        "price": line.price,
        "name": escape(line.name),
        "net": f"{line.net:.2f}",
        "vat": f"{_cents(line.net * VAT_RATE):.2f}",
        "order": escape(line.order),
        "order_line": escape(line.order_line),
        "order_line_reference": reference if line.order_line else "",
    }


def _party_fields(role: str, party: Party) -> dict[str, str]:
    names = ("id", "name", "street", "city", "zone", "contact", "mail", "vat", "iban")
    return {f"{role}_{name}": escape(str(getattr(party, name))) for name in names}


def _reference(element: str, number: str) -> str:
    if not number:
        return ""
    return f"  <cac:{element}>\n    <cbc:ID>{escape(number)}</cbc:ID>\n  </cac:{element}>\n"


def _billing_reference(number: str) -> str:
    if not number:
        return ""
    inner = _reference("InvoiceDocumentReference", number)
    return f"  <cac:BillingReference>\n{inner}  </cac:BillingReference>\n"


def _fill(template: str, fields: Mapping[str, str]) -> str:
    return Template((_TEMPLATES / f"{template}.xml").read_text("utf-8")).substitute(fields)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
