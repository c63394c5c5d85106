"""A party as UBL: buyer or supplier."""

from inkoop_documents.model import Address, Contact, Identifier, Party
from inkoop_documents.rendering.writing import Writer


def write_party(writer: Writer, party: Party) -> None:
    """`cac:Party`, in the order that the schema asks."""
    with writer.inside("cac:Party"):
        _write_identity(writer, party)
        if party.address:
            _write_address(writer, party.address)
        for number, scheme in ((party.vat, "VAT"), (party.tax_registration, "TAX")):
            if number:
                _write_registration(writer, number, scheme)
        with writer.inside("cac:PartyLegalEntity"):
            writer.text("cbc:RegistrationName", party.name)
            if party.registration:
                _write_identifier(writer, "cbc:CompanyID", party.registration)
        if party.contact:
            _write_contact(writer, party.contact)


def _write_identity(writer: Writer, party: Party) -> None:
    if party.endpoint:
        _write_identifier(writer, "cbc:EndpointID", party.endpoint)
    for identifier in party.identifiers:
        with writer.inside("cac:PartyIdentification"):
            _write_identifier(writer, "cbc:ID", identifier)
    if party.trading_name:
        with writer.inside("cac:PartyName"):
            writer.text("cbc:Name", party.trading_name)


def _write_registration(writer: Writer, number: str, scheme: str) -> None:
    with writer.inside("cac:PartyTaxScheme"):
        writer.text("cbc:CompanyID", number)
        with writer.inside("cac:TaxScheme"):
            writer.text("cbc:ID", scheme)


def _write_identifier(writer: Writer, tag: str, identifier: Identifier) -> None:
    writer.text(tag, identifier.value, schemeID=identifier.scheme)


def _write_address(writer: Writer, address: Address) -> None:
    with writer.inside("cac:PostalAddress"):
        writer.text("cbc:StreetName", address.street)
        writer.text("cbc:AdditionalStreetName", address.additional)
        writer.text("cbc:CityName", address.city)
        writer.text("cbc:PostalZone", address.postal_zone)
        writer.text("cbc:CountrySubentity", address.subdivision)
        if address.line:
            with writer.inside("cac:AddressLine"):
                writer.text("cbc:Line", address.line)
        if address.country:
            with writer.inside("cac:Country"):
                writer.text("cbc:IdentificationCode", address.country)


def _write_contact(writer: Writer, contact: Contact) -> None:
    with writer.inside("cac:Contact"):
        writer.text("cbc:Name", contact.name)
        writer.text("cbc:Telephone", contact.phone)
        writer.text("cbc:ElectronicMail", contact.email)
