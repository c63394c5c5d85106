"""Where the terms of an order stand in UBL: Peppol BIS Order 3 and UBL-OHNL.

The ids are those of the Basisorder Rijk (BOR-…); a term that it does not list has a plain name.
"""

from inkoop_documents.tables.parties import party
from inkoop_documents.tables.shared import CATEGORY, SUBTOTAL, adjustments
from inkoop_documents.terms import Kind, Part, Term

LINE = Part(
    "BOR-6",
    "cac:OrderLine",
    (
        Term("note", "cbc:Note"),
        Term("BOR-6.1", "cac:LineItem/cbc:ID"),
        Term("BOR-6.2", "cac:LineItem/cbc:Note"),
        Term("BOR-6.3", "cac:LineItem/cbc:Quantity", Kind.QUANTITY),
        Term("unit", "cac:LineItem/cbc:Quantity/@unitCode"),
        Term("BOR-6.7", "cac:LineItem/cbc:LineExtensionAmount", Kind.AMOUNT),
        Term("currency", "cac:LineItem/cbc:LineExtensionAmount/@currencyID"),
        adjustments("allowance", "charge", "cac:LineItem/cac:AllowanceCharge"),
        Term("BOR-6.5", "cac:LineItem/cac:Price/cbc:PriceAmount", Kind.PRICE),
        Term("price_currency", "cac:LineItem/cac:Price/cbc:PriceAmount/@currencyID"),
        Term("base_quantity", "cac:LineItem/cac:Price/cbc:BaseQuantity", Kind.QUANTITY),
        Term("base_unit", "cac:LineItem/cac:Price/cbc:BaseQuantity/@unitCode"),
        Term("description", "cac:LineItem/cac:Item/cbc:Description"),
        Term("BOR-6.4", "cac:LineItem/cac:Item/cbc:Name"),
        Part("BOR-6.6", "cac:LineItem/cac:Item/cac:ClassifiedTaxCategory", CATEGORY),
    ),
)

ORDER = Part(
    "order",
    "",
    (
        Term("version", "cbc:UBLVersionID"),
        Term("BT-24", "cbc:CustomizationID"),
        Term("BT-23", "cbc:ProfileID"),
        Term("BOR-1.1", "cbc:ID"),
        Term("BOR-1.2", "cbc:IssueDate", Kind.DATE),
        Term("BOR-1.3", "cbc:Note", many=True),
        Term("BOR-1.4", "cbc:DocumentCurrencyCode"),
        Term("BOR-1.6", "cac:QuotationDocumentReference/cbc:ID"),
        Term("BOR-1.5", "cac:Contract/cbc:ID"),
        party("BOR-2", "cac:BuyerCustomerParty"),
        party("BOR-3", "cac:SellerSupplierParty"),
        adjustments("allowance", "charge"),
        Part(
            "tax_total",
            "cac:TaxTotal",
            (
                Term("BOR-5.4", "cbc:TaxAmount", Kind.AMOUNT),
                Part("subtotal", "cac:TaxSubtotal", SUBTOTAL),
            ),
        ),
        Part(
            "BOR-5",
            "cac:AnticipatedMonetaryTotal",
            (
                Term("BOR-5.3", "cbc:LineExtensionAmount", Kind.AMOUNT),
                Term("BOR-5.2", "cbc:TaxExclusiveAmount", Kind.AMOUNT),
                Term("BOR-5.1", "cbc:TaxInclusiveAmount", Kind.AMOUNT),
                Term("allowances", "cbc:AllowanceTotalAmount", Kind.AMOUNT),
                Term("charges", "cbc:ChargeTotalAmount", Kind.AMOUNT),
                Term("prepaid", "cbc:PrepaidAmount", Kind.AMOUNT),
                Term("rounding", "cbc:PayableRoundingAmount", Kind.AMOUNT),
                Term("payable", "cbc:PayableAmount", Kind.AMOUNT),
                Term("currency", "cbc:PayableAmount/@currencyID"),
            ),
            many=False,
        ),
        LINE,
    ),
)
