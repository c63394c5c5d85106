"""Where the terms of EN 16931-1 stand in a UBL invoice and credit note, and those of UBL-OHNL.

Source: EN 16931-3-2 (binding to UBL 2.1); UBL-OHNL 1.9 for the terms without a BT number.
"""

from inkoop_documents.scanned import Group
from inkoop_documents.tables.invoice_lines import line
from inkoop_documents.tables.parties import ADDRESS, TAX_REGISTRATION, party, tax_registration
from inkoop_documents.tables.shared import SUBTOTAL, adjustments
from inkoop_documents.terms import Kind, Part, Term


def place_of_document(group: Group) -> str:
    """Type 130 marks the object that the invoice is about (BT-18)."""
    return "BT-18" if group.get("type") == "130" else "BG-24"


HEADER = (
    Term("version", "cbc:UBLVersionID"),
    Term("BT-24", "cbc:CustomizationID"),
    Term("BT-23", "cbc:ProfileID"),
    Term("BT-1", "cbc:ID"),
    Term("BT-2", "cbc:IssueDate", Kind.DATE),
    Term("BT-7", "cbc:TaxPointDate", Kind.DATE),
    Term("BT-22", "cbc:Note", many=True),
    Term("BT-5", "cbc:DocumentCurrencyCode"),
    Term("BT-6", "cbc:TaxCurrencyCode"),
    Term("BT-19", "cbc:AccountingCost"),
    Term("cost_code", "cbc:AccountingCostCode"),
    Term("BT-10", "cbc:BuyerReference"),
    Part(
        "BG-14",
        "cac:InvoicePeriod",
        (
            Term("BT-73", "cbc:StartDate", Kind.DATE),
            Term("BT-74", "cbc:EndDate", Kind.DATE),
            Term("BT-8", "cbc:DescriptionCode"),
        ),
        many=False,
    ),
    Term("BT-13", "cac:OrderReference/cbc:ID"),
    Term("BT-13-date", "cac:OrderReference/cbc:IssueDate", Kind.DATE),
    Term("BT-14", "cac:OrderReference/cbc:SalesOrderID"),
    Part(
        "BG-3",
        "cac:BillingReference",
        (
            Term("BT-25", "cac:InvoiceDocumentReference/cbc:ID"),
            Term("BT-26", "cac:InvoiceDocumentReference/cbc:IssueDate", Kind.DATE),
            Term("debit_note", "cac:DebitNoteDocumentReference/cbc:ID"),
        ),
    ),
    Term("BT-16", "cac:DespatchDocumentReference/cbc:ID"),
    Term("BT-15", "cac:ReceiptDocumentReference/cbc:ID"),
    Term("BT-17", "cac:OriginatorDocumentReference/cbc:ID"),
    Term("BT-12", "cac:ContractDocumentReference/cbc:ID"),
    Term("BT-11", "cac:ProjectReference/cbc:ID"),
    Part(
        "BG-24",
        "cac:AdditionalDocumentReference",
        (
            Term("BT-122", "cbc:ID"),
            Term("BT-18-1", "cbc:ID/@schemeID"),
            Term("type", "cbc:DocumentTypeCode"),
            Term("BT-124", "cac:Attachment/cac:ExternalReference/cbc:URI"),
            Part(
                "BT-125",
                "cac:Attachment/cbc:EmbeddedDocumentBinaryObject",
                (Term("mime", "@mimeCode"), Term("filename", "@filename")),
            ),
        ),
        place=place_of_document,
    ),
    party("BG-4", "cac:AccountingSupplierParty", "BG-5", "BG-6"),
    party("BG-7", "cac:AccountingCustomerParty", "BG-8", "BG-9"),
    party("ordered_by", "cac:BuyerCustomerParty"),
    party("sold_by", "cac:SellerSupplierParty"),
    Part(
        "BG-10",
        "cac:PayeeParty",
        (
            Term("BT-59", "cac:PartyName/cbc:Name"),
            Part(
                "BT-60",
                "cac:PartyIdentification",
                (Term("value", "cbc:ID"), Term("scheme", "cbc:ID/@schemeID")),
            ),
            Term("BT-61", "cac:PartyLegalEntity/cbc:CompanyID"),
            Term("BT-61-1", "cac:PartyLegalEntity/cbc:CompanyID/@schemeID"),
        ),
        many=False,
    ),
    Part(
        "BG-11",
        "cac:TaxRepresentativeParty",
        (
            Term("BT-62", "cac:PartyName/cbc:Name"),
            Part("BG-12", "cac:PostalAddress", ADDRESS, many=False),
            Part(
                "tax",
                "cac:PartyTaxScheme",
                TAX_REGISTRATION,
                place=tax_registration,
            ),
        ),
        many=False,
    ),
    Part(
        "BG-13",
        "cac:Delivery",
        (
            Term("BT-72", "cbc:ActualDeliveryDate", Kind.DATE),
            Term("BT-71", "cac:DeliveryLocation/cbc:ID"),
            Term("BT-71-1", "cac:DeliveryLocation/cbc:ID/@schemeID"),
            Part("BG-15", "cac:DeliveryLocation/cac:Address", ADDRESS, many=False),
            Term("BT-70", "cac:DeliveryParty/cac:PartyName/cbc:Name"),
        ),
    ),
    Part(
        "BG-16",
        "cac:PaymentMeans",
        (
            Term("NL-GA-04", "cbc:ID"),
            Term("BT-81", "cbc:PaymentMeansCode"),
            Term("BT-82", "cbc:PaymentMeansCode/@name"),
            Term("BT-9", "cbc:PaymentDueDate", Kind.DATE),
            Term("BT-83", "cbc:PaymentID"),
            Part("BG-18", "cac:CardAccount", (Term("BT-87", "cbc:PrimaryAccountNumberID"),)),
            Part(
                "BG-17",
                "cac:PayeeFinancialAccount",
                (
                    Term("BT-84", "cbc:ID"),
                    Term("BT-84-1", "cbc:ID/@schemeID"),
                    Term("BT-85", "cbc:Name"),
                    Term("BT-86", "cac:FinancialInstitutionBranch/cbc:ID"),
                    Term(
                        "bic",
                        "cac:FinancialInstitutionBranch/cac:FinancialInstitution/cbc:ID",
                    ),
                ),
            ),
            Part(
                "BG-19",
                "cac:PaymentMandate",
                (
                    Term("BT-89", "cbc:ID"),
                    Term("BT-91", "cac:PayerFinancialAccount/cbc:ID"),
                ),
            ),
        ),
    ),
    Part(
        "terms",
        "cac:PaymentTerms",
        (
            Term("NL-GA-02", "cbc:PaymentMeansID"),
            Term("BT-20", "cbc:Note", many=True),
            Term("NL-GA-03", "cbc:Amount", Kind.AMOUNT),
        ),
    ),
    adjustments("BG-20", "BG-21"),
    Part(
        "tax_total",
        "cac:TaxTotal",
        (
            Term("amount", "cbc:TaxAmount", Kind.AMOUNT),
            Term("currency", "cbc:TaxAmount/@currencyID"),
            Part("BG-23", "cac:TaxSubtotal", SUBTOTAL),
        ),
    ),
    Part(
        "BG-22",
        "cac:LegalMonetaryTotal",
        (
            Term("BT-106", "cbc:LineExtensionAmount", Kind.AMOUNT),
            Term("BT-109", "cbc:TaxExclusiveAmount", Kind.AMOUNT),
            Term("BT-112", "cbc:TaxInclusiveAmount", Kind.AMOUNT),
            Term("BT-107", "cbc:AllowanceTotalAmount", Kind.AMOUNT),
            Term("BT-108", "cbc:ChargeTotalAmount", Kind.AMOUNT),
            Term("BT-113", "cbc:PrepaidAmount", Kind.AMOUNT),
            Term("BT-114", "cbc:PayableRoundingAmount", Kind.AMOUNT),
            Term("BT-115", "cbc:PayableAmount", Kind.AMOUNT),
            Term("currency", "cbc:PayableAmount/@currencyID"),
        ),
        many=False,
    ),
)

INVOICE = Part(
    "invoice",
    "",
    (
        *HEADER,
        Term("BT-3", "cbc:InvoiceTypeCode"),
        Term("BT-9", "cbc:DueDate", Kind.DATE),
        line("cac:InvoiceLine", "cbc:InvoicedQuantity"),
    ),
)

CREDIT_NOTE = Part(
    "credit-note",
    "",
    (
        *HEADER,
        Term("BT-3", "cbc:CreditNoteTypeCode"),
        Term("BT-9", "cbc:DueDate", Kind.DATE),
        line("cac:CreditNoteLine", "cbc:CreditedQuantity"),
    ),
)
