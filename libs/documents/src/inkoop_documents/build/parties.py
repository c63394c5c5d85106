"""A party from its group, in the words of EN 16931 or of UBL-OHNL."""

from inkoop_documents.model import Address, Contact, Identifier, Party
from inkoop_documents.model.parties import KVK, OIN, vat_identifier
from inkoop_documents.scanned import Group


def build_party(group: Group, address: str, contact: str) -> Party:
    """`address` and `contact` are the ids of those groups in this role."""
    trading_name = group.get("trading_name", "")
    name = group.get("name", "") or trading_name
    vat = [tax.get("number", "") for tax in group.get("vat", ())]
    registrations = [tax.get("number", "") for tax in group.get("tax_registration", ())]
    located = group.get(address) or group.get("location")
    return Party(
        name=name,
        trading_name="" if trading_name == name else trading_name,
        endpoint=_identifier(group, "endpoint"),
        identifiers=tuple(map(_identification, group.get("identification", ()))),
        registration=_identifier(group, "registration"),
        vat=vat[0] if vat else "",
        tax_registration=registrations[0] if registrations else "",
        address=build_address(located) if located else None,
        contact=_contact(group[contact]) if contact in group else None,
    )


def build_address(group: Group) -> Address:
    """UBL-OHNL keeps house number and post office box apart; here they are part of the street."""
    street = " ".join(filter(None, (group.get("street", ""), group.get("number", ""))))
    postbox = group.get("postbox", "")
    return Address(
        street=street or (f"Postbus {postbox}" if postbox else ""),
        additional=group.get("additional", ""),
        line=group.get("line", ""),
        city=group.get("city", ""),
        postal_zone=group.get("postal_zone", ""),
        subdivision=group.get("subdivision", ""),
        country=group.get("country", ""),
    )


def _contact(group: Group) -> Contact:
    return Contact(
        name=group.get("name", ""), phone=group.get("phone", ""), email=group.get("email", "")
    )


def _identifier(group: Group, key: str) -> Identifier | None:
    value = group.get(key, "")
    return Identifier(value=value, scheme=group.get(f"{key}_scheme", "")) if value else None


def _identification(group: Group) -> Identifier:
    """An identifier; UBL-OHNL names the agency (KvK, BTW, OIN) instead of a scheme."""
    value, agency = group.get("value", ""), group.get("agency", "").upper()
    if agency == "BTW":
        country = group.get("agency_country", "").upper()
        return vat_identifier(value if value[:2].isalpha() else f"{country}{value}")
    scheme = _AGENCIES.get(agency) or group.get("scheme", "") or group.get("agency", "")
    return Identifier(value=value, scheme=scheme)


_AGENCIES = {"KVK": KVK, "OIN": OIN}
