"""Where the terms of an invoice line stand (BG-25 to BG-32), and those of UBL-OHNL."""

from inkoop_documents.scanned import Group
from inkoop_documents.tables.shared import CATEGORY, SUBTOTAL, adjustments
from inkoop_documents.terms import Kind, Part, Term


def place_of_object(group: Group) -> str:
    """Type 130 marks the object that a line is about (BT-128)."""
    return "BT-128" if group.get("type") == "130" else "line_document"


def line(path: str, quantity: str) -> Part:
    """One line: `cac:InvoiceLine` with `cbc:InvoicedQuantity`, or the credit note's names."""
    return Part(
        "BG-25",
        path,
        (
            Term("BT-126", "cbc:ID"),
            Term("BT-127", "cbc:Note"),
            Term("BT-129", quantity, Kind.QUANTITY),
            Term("BT-130", f"{quantity}/@unitCode"),
            Term("BT-131", "cbc:LineExtensionAmount", Kind.AMOUNT),
            Term("BT-133", "cbc:AccountingCost"),
            Part(
                "BG-26",
                "cac:InvoicePeriod",
                (
                    Term("BT-134", "cbc:StartDate", Kind.DATE),
                    Term("BT-135", "cbc:EndDate", Kind.DATE),
                ),
                many=False,
            ),
            Term("BT-132", "cac:OrderLineReference/cbc:LineID"),
            Term("order", "cac:OrderLineReference/cac:OrderReference/cbc:ID"),
            Part(
                "line_document",
                "cac:DocumentReference",
                (
                    Term("value", "cbc:ID"),
                    Term("scheme", "cbc:ID/@schemeID"),
                    Term("type", "cbc:DocumentTypeCode"),
                ),
                place=place_of_object,
            ),
            adjustments("BG-27", "BG-28"),
            Part("line_tax", "cac:TaxTotal/cac:TaxSubtotal", SUBTOTAL),
            *ITEM,
            *PRICE,
        ),
    )


ITEM = (
    Term("BT-154", "cac:Item/cbc:Description"),
    Term("BT-153", "cac:Item/cbc:Name"),
    Term("BT-156", "cac:Item/cac:BuyersItemIdentification/cbc:ID"),
    Term("BT-155", "cac:Item/cac:SellersItemIdentification/cbc:ID"),
    Term("BT-157", "cac:Item/cac:StandardItemIdentification/cbc:ID"),
    Term("BT-157-1", "cac:Item/cac:StandardItemIdentification/cbc:ID/@schemeID"),
    Term("BT-159", "cac:Item/cac:OriginCountry/cbc:IdentificationCode"),
    Part(
        "BT-158",
        "cac:Item/cac:CommodityClassification",
        (
            Term("value", "cbc:ItemClassificationCode"),
            Term("scheme", "cbc:ItemClassificationCode/@listID"),
        ),
    ),
    Part("BG-30", "cac:Item/cac:ClassifiedTaxCategory", CATEGORY),
    Part(
        "BG-32",
        "cac:Item/cac:AdditionalItemProperty",
        (Term("BT-160", "cbc:Name"), Term("BT-161", "cbc:Value")),
    ),
)

PRICE = (
    Term("BT-146", "cac:Price/cbc:PriceAmount", Kind.PRICE),
    Term("BT-149", "cac:Price/cbc:BaseQuantity", Kind.QUANTITY),
    Term("BT-150", "cac:Price/cbc:BaseQuantity/@unitCode"),
    Part(
        "price_allowance",
        "cac:Price/cac:AllowanceCharge",
        (
            Term("charge", "cbc:ChargeIndicator", Kind.INDICATOR),
            Term("BT-147", "cbc:Amount", Kind.PRICE),
            Term("BT-148", "cbc:BaseAmount", Kind.PRICE),
        ),
    ),
)
