"""Where the terms of a party stand: the same below every `cac:Party`, named per role."""

from inkoop_documents.scanned import Group
from inkoop_documents.terms import Part, Term

ADDRESS = (
    Term("street", "cbc:StreetName"),
    Term("additional", "cbc:AdditionalStreetName"),
    Term("line", "cac:AddressLine/cbc:Line"),
    Term("city", "cbc:CityName"),
    Term("postal_zone", "cbc:PostalZone"),
    Term("subdivision", "cbc:CountrySubentity"),
    Term("country", "cac:Country/cbc:IdentificationCode"),
    Term("number", "cbc:BuildingNumber"),
    Term("postbox", "cbc:Postbox"),
)

IDENTIFICATION = (
    Term("value", "cbc:ID"),
    Term("scheme", "cbc:ID/@schemeID"),
    Term("agency", "cbc:ID/@schemeAgencyName"),
    Term("agency_country", "cbc:ID/@schemeAgencyID"),
)


def tax_registration(group: Group) -> str:
    """A VAT number when the tax scheme is VAT, else a local registration (BT-31, BT-32)."""
    return "vat" if group.get("scheme", "").upper() == "VAT" else "tax_registration"


def party(id_: str, path: str, address: str = "address", contact: str = "contact") -> Part:
    """A party at its path, with the ids of its role, its address and its contact."""
    return Part(
        id_,
        f"{path}/cac:Party",
        (
            *_NAMES,
            Part(address, "cac:PostalAddress", ADDRESS, many=False),
            Part("location", "cac:PhysicalLocation/cac:Address", ADDRESS, many=False),
            Part("identification", "cac:PartyIdentification", IDENTIFICATION),
            Part("tax", "cac:PartyTaxScheme", TAX_REGISTRATION, place=tax_registration),
            Part(contact, "cac:Contact", CONTACT, many=False),
        ),
        many=False,
    )


TAX_REGISTRATION = (Term("number", "cbc:CompanyID"), Term("scheme", "cac:TaxScheme/cbc:ID"))

CONTACT = (
    Term("name", "cbc:Name"),
    Term("phone", "cbc:Telephone"),
    Term("email", "cbc:ElectronicMail"),
)

_NAMES = (
    Term("endpoint", "cbc:EndpointID"),
    Term("endpoint_scheme", "cbc:EndpointID/@schemeID"),
    Term("trading_name", "cac:PartyName/cbc:Name"),
    Term("name", "cac:PartyLegalEntity/cbc:RegistrationName"),
    Term("registration", "cac:PartyLegalEntity/cbc:CompanyID"),
    Term("registration_scheme", "cac:PartyLegalEntity/cbc:CompanyID/@schemeID"),
    Term("legal_form", "cac:PartyLegalEntity/cbc:CompanyLegalForm"),
)
