"""An invoice or credit note from its groups. Only for a document without fatal findings."""

from decimal import Decimal
from typing import Any

from inkoop_documents.build.parties import build_party
from inkoop_documents.model import (
    Adjustment,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Party,
    PaymentAccount,
    PrecedingInvoice,
    Totals,
    VatShare,
)
from inkoop_documents.model.prices import ONE, ZERO
from inkoop_documents.scanned import Group
from inkoop_documents.texts import composed
from inkoop_events.values import Currency, InvoiceNumber, LineId, OrderNumber

OHNL_TYPES = {"D": "380", "C": "381"}
"""Debit and credit note of UBL-OHNL (code list NL-1001)."""


def build_invoice(root: Group) -> Invoice:
    """The values of the document; its amounts are not checked here."""
    type_code = root.get("BT-3", "") or "380"
    type_code = OHNL_TYPES.get(type_code, type_code)
    credit = root.id == "credit-note" or type_code == "381"
    period = root.get("BG-14") or _NOTHING
    means: list[Group] = root.get("BG-16", [])
    due = root.get("BT-9") or next((m["BT-9"] for m in means if m.get("BT-9")), None)
    return Invoice(
        kind=InvoiceKind.CREDIT_NOTE if credit else InvoiceKind.INVOICE,
        number=InvoiceNumber(composed(root["BT-1"])),
        issued=root["BT-2"],
        type_code=type_code,
        currency=currency_of(root),
        buyer=_buyer(root),
        supplier=_supplier(root),
        lines=tuple([_line(line) for line in root.get("BG-25", ())]),
        totals=_totals(root),
        vat=_vat(root),
        adjustments=adjustments(root, "BG-20", "BG-21"),
        due=due,
        delivered=next((d["BT-72"] for d in root.get("BG-13", ()) if d.get("BT-72")), None),
        period_start=period.get("BT-73"),
        period_end=period.get("BT-74"),
        order=_order(root.get("BT-13")),
        contract=root.get("BT-12", ""),
        buyer_reference=root.get("BT-10", ""),
        preceding=_preceding(root),
        payment=tuple(map(_payment, means)),
        terms="\n".join(filter(None, _terms(root))),
        notes=tuple(filter(None, root.get("BT-22", ()))),
        customization=root.get("BT-24", ""),
        process=root.get("BT-23", ""),
    )


def _order(number: str | None) -> OrderNumber | None:
    return OrderNumber(composed(number)) if number else None


_NOTHING: dict[str, Any] = {}


def currency_of(root: Group) -> Currency:
    """BT-5; UBL-OHNL may leave it out, then that of the amount to pay counts."""
    return Currency(root.get("BT-5") or (root.get("BG-22") or _NOTHING).get("currency", ""))


def adjustments(group: Group, allowance: str, charge: str) -> tuple[Adjustment, ...]:
    """Allowances first, then charges, each in the order of the document."""
    found = [*group.get(allowance, ()), *group.get(charge, ())]
    return tuple([_adjustment(one) for one in found]) if found else ()


def _adjustment(group: Group) -> Adjustment:
    tax = next(iter(group.get("tax", ())), _NOTHING)
    return Adjustment(
        charge=bool(group.get("charge")),
        amount=group.get("amount") or ZERO,
        reason=group.get("reason", ""),
        reason_code=group.get("reason_code", ""),
        percent=group.get("percent"),
        base=group.get("base"),
        vat_category=tax.get("category", ""),
        vat_rate=tax.get("rate"),
    )


def _buyer(root: Group) -> Party:
    """The customer; the ordering party of UBL-OHNL where only that one has an OIN."""
    buyer = build_party(root["BG-7"], "BG-8", "BG-9")
    if (other := root.get("ordered_by")) and buyer.oin is None:
        ordered_by = build_party(other, "address", "contact")
        return ordered_by if ordered_by.oin else buyer
    return buyer


def _supplier(root: Group) -> Party:
    """The invoicing party; the selling party of UBL-OHNL where only that one is known by an id."""
    supplier = build_party(root["BG-4"], "BG-5", "BG-6")
    if (other := root.get("sold_by")) and supplier.id is None:
        sold_by = build_party(other, "address", "contact")
        return sold_by if sold_by.id else supplier
    return supplier


def _totals(root: Group) -> Totals:
    sums: Group | dict[str, Any] = root.get("BG-22") or _NOTHING
    return Totals(
        lines=sums.get("BT-106") or ZERO,
        net=sums.get("BT-109") or ZERO,
        gross=sums.get("BT-112") or ZERO,
        payable=sums.get("BT-115") or ZERO,
        vat=_tax_total(root).get("amount") or ZERO,
        allowances=sums.get("BT-107") or ZERO,
        charges=sums.get("BT-108") or ZERO,
        prepaid=sums.get("BT-113") or ZERO,
        rounding=sums.get("BT-114") or ZERO,
    )


def _tax_total(root: Group) -> Group | dict[str, Any]:
    """The total in the currency of the invoice, not that in the VAT accounting currency."""
    totals: list[Group] = root.get("tax_total", [])
    currency = currency_of(root)
    return next((t for t in totals if t.get("currency") == currency), next(iter(totals), _NOTHING))


def _vat(root: Group) -> tuple[VatShare, ...]:
    shares: list[Group] = [s for t in root.get("tax_total", ()) for s in t.get("BG-23", ())]
    return tuple(
        [
            VatShare(
                taxable=share.get("taxable") or ZERO,
                tax=share.get("tax") or ZERO,
                category=share.get("category", ""),
                rate=share.get("rate", share.get("percent")),
                exemption=share.get("exemption", ""),
                exemption_code=share.get("exemption_code", ""),
            )
            for share in shares
        ]
    )


def _preceding(root: Group) -> tuple[PrecedingInvoice, ...]:
    return tuple(
        PrecedingInvoice(number=number, issued=group.get("BT-26"))
        for group in root.get("BG-3", ())
        if (number := group.get("BT-25") or group.get("debit_note"))
    )


def _payment(means: Group) -> PaymentAccount:
    account = next(iter(means.get("BG-17", ())), _NOTHING)
    return PaymentAccount(
        means=means.get("BT-81", ""),
        iban=account.get("BT-84", ""),
        account_name=account.get("BT-85", ""),
        bic=account.get("BT-86", "") or account.get("bic", ""),
        reference=means.get("BT-83", ""),
    )


def _terms(root: Group) -> list[str]:
    return [note for terms in root.get("terms", ()) for note in terms.get("BT-20", ())]


def _line(group: Group) -> InvoiceLine:
    tax = next(iter(group.get("BG-30", ())), None) or next(
        iter(group.get("line_tax", ())), _NOTHING
    )
    allowance = next(iter(group.get("price_allowance", ())), _NOTHING)
    period = group.get("BG-26") or _NOTHING
    time_card = next(iter(group.get("BT-128", ())), _NOTHING)
    quantity: Decimal | None = group.get("BT-129")
    return InvoiceLine(
        line=LineId(composed(group["BT-126"])),
        quantity=ONE if quantity is None else quantity,
        unit=group.get("BT-130", ""),
        net=group["BT-131"],
        price=group["BT-146"],
        base_quantity=group.get("BT-149") or ONE,
        gross_price=allowance.get("BT-148"),
        price_discount=allowance.get("BT-147"),
        adjustments=adjustments(group, "BG-27", "BG-28"),
        order=_order(group.get("order")),
        order_line=LineId(composed(group["BT-132"])) if group.get("BT-132") else None,
        time_card=time_card.get("value", ""),
        name=group.get("BT-153", ""),
        description=group.get("BT-154", ""),
        note=group.get("BT-127", ""),
        vat_category=tax.get("category", ""),
        vat_rate=tax.get("rate"),
        period_start=period.get("BT-134"),
        period_end=period.get("BT-135"),
    )
