import pytest

from inkoop_cli.sniff import Kind, media_type, sniff

UBL = "urn:oasis:names:specification:ubl:schema:xsd"


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (f'<Invoice xmlns="{UBL}:Invoice-2"/>', Kind.INVOICE),
        (
            f'<?xml version="1.0"?>\n<!-- <Order> -->\n<d:CreditNote xmlns:d="{UBL}">',
            Kind.CREDIT_NOTE,
        ),
        (f'<?xml version="1.0"?><!--a--><?b c?><ns1:Order xmlns:ns1="{UBL}:Order-2">', Kind.ORDER),
        ('<!DOCTYPE Invoice [<!ENTITY a "b">]>\n<Invoice>&a;</Invoice>', Kind.INVOICE),
        ('<!DOCTYPE Invoice SYSTEM "x.dtd"><Invoice/>', Kind.INVOICE),
        ("<Invoice><cbc:ID>1</cbc:ID", Kind.INVOICE),
        ('{"type": "receipt", "lines": [{"type": "order"}]}', Kind.RECEIPT),
        ('{"lines": [{"type": "order"}], "type": "invoice"}', Kind.INVOICE),
        ('{"type": "credit-note", "lines": [', Kind.CREDIT_NOTE),
        ("[]", None),
        ("", None),
        ("Dear supplier,", None),
        ("<HumanResource/>", None),
    ],
)
def test_the_first_element_or_the_type_says_what_it_is(document: str, kind: Kind | None) -> None:
    assert sniff(document.encode())[0] is kind


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_read_over(encoding: str) -> None:
    assert sniff("<Invoice/>".encode(encoding))[0] is Kind.INVOICE


def test_what_was_found_is_told_also_when_it_is_no_document_of_ours() -> None:
    assert sniff(b"<StaffingOrder/>") == (None, "StaffingOrder")


def test_json_is_told_from_xml_by_its_first_character() -> None:
    assert media_type(b'  {"type": "order"}') == "application/json"
    assert media_type(b"<Order/>") == "application/xml"
