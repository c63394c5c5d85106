"""Parts that orders and invoices have in common: allowances, charges, VAT categories."""

from inkoop_documents.scanned import Group
from inkoop_documents.terms import Kind, Part, Term

CATEGORY = (
    Term("category", "cbc:ID"),
    Term("category_name", "cbc:Name"),
    Term("rate", "cbc:Percent", Kind.QUANTITY),
    Term("exemption_code", "cbc:TaxExemptionReasonCode"),
    Term("exemption", "cbc:TaxExemptionReason"),
    Term("scheme", "cac:TaxScheme/cbc:ID"),
    Term("scheme_name", "cac:TaxScheme/cbc:Name"),
)
"""A VAT category as it stands below `cac:TaxCategory` and `cac:ClassifiedTaxCategory`."""

SUBTOTAL = (
    Term("taxable", "cbc:TaxableAmount", Kind.AMOUNT),
    Term("tax", "cbc:TaxAmount", Kind.AMOUNT),
    Term("currency", "cbc:TaxAmount/@currencyID"),
    Term("percent", "cbc:Percent", Kind.QUANTITY),
    *(Term(term.id, f"cac:TaxCategory/{term.path}", term.kind) for term in CATEGORY),
)
"""One line of a tax breakdown; UBL-OHNL repeats the percentage outside the category."""

ADJUSTMENT = (
    Term("charge", "cbc:ChargeIndicator", Kind.INDICATOR),
    Term("reason_code", "cbc:AllowanceChargeReasonCode"),
    Term("reason", "cbc:AllowanceChargeReason"),
    Term("percent", "cbc:MultiplierFactorNumeric", Kind.QUANTITY),
    Term("amount", "cbc:Amount", Kind.AMOUNT),
    Term("base", "cbc:BaseAmount", Kind.AMOUNT),
    Part("tax", "cac:TaxCategory", CATEGORY),
)


def adjustments(allowance: str, charge: str, path: str = "cac:AllowanceCharge") -> Part:
    """Allowances and charges: one path, told apart by the indicator."""

    def place(group: Group) -> str:
        return charge if group.get("charge") else allowance

    return Part(allowance, path, ADJUSTMENT, place=place)
