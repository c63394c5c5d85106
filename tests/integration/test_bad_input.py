"""Bad documents over HTTP: each gets its named answer, nothing is lost, and the lane goes on."""

import httpx
import pytest
from story_answers import JSON, XML, ZIP, goes_on, order_body, rules, told
from story_market import CALLER, Market
from story_papers import ubl_invoice, ubl_order, zipped

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(120),
    pytest.mark.usefixtures("unharmed", "no_bug"),
]
MEBIBYTE = 1024 * 1024
BOMB = b"""<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><Invoice>&b;</Invoice>"""
THIEF = b'<!DOCTYPE Order [<!ENTITY x SYSTEM "file:///etc/passwd">]><Order>&x;</Order>'


@pytest.mark.parametrize("service", ["ordering", "invoicing"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<Invoice><cbc:ID>", "INKOOP-XML"),
        (b"no document at all", "INKOOP-XML"),
        (b"<a>" * 100 + b"</a>" * 100, "INKOOP-DEPTH"),
        (b"<a" + b"".join(b" a%d='1'" % n for n in range(65)) + b"/>", "INKOOP-ATTRIBUTES"),
        (b"<a>" + b"<b/>" * 20_001 + b"</a>", "INKOOP-SIBLINGS"),
        ("<a/>".encode("utf-16"), "INKOOP-ENCODING"),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>", "INKOOP-ENCODING"),
        (b"<a>\xe9</a>", "INKOOP-XML"),
        (b"<a>\0</a>", "INKOOP-ENCODING"),
        (b"<a>&#0;</a>", "INKOOP-XML"),
        (b"   ", "INKOOP-EMPTY"),
        (BOMB, "INKOOP-DOCTYPE"),
        (THIEF, "INKOOP-DOCTYPE"),
        (b"<Catalogue xmlns='urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2'/>",
         "INKOOP-ROOT"),
        (b"<Invoice/>", "INKOOP-ROOT"),
    ],
)  # fmt: skip
def test_what_is_no_document_in_xml_is_refused_by_name(
    market: Market, service: str, body: bytes, code: str
) -> None:
    answer = market.post(service, body, XML)
    assert told(answer) == (400, code)
    assert rules(answer) == {code}
    assert b"passwd" not in answer.content


@pytest.mark.parametrize("service", ["ordering", "invoicing"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"type": "invoice"', "INVALID_INPUT"),
        (b'{"type": "inv\xff"}', "INVALID_INPUT"),
        (b'{"type": "invoice", "invoice": "\\ud800"}', "INVALID_INPUT"),
        (b"[" * 100_000, "INVALID_INPUT"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "INVALID_INPUT"),
        (b"[]", "UNKNOWN_DOCUMENT"),
        (b"{}", "UNKNOWN_DOCUMENT"),
        (b'{"type": "catalogue"}', "UNKNOWN_DOCUMENT"),
        (b'{"type": ["invoice"]}', "UNKNOWN_DOCUMENT"),
    ],
)
def test_what_is_no_document_in_json_is_refused_by_name(
    market: Market, service: str, body: bytes, code: str
) -> None:
    answer = market.post(service, body, JSON)
    assert told(answer) == (400, code)
    assert rules(answer) == {code}


def test_a_document_for_the_other_service_is_sent_there(market: Market) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    assert told(market.post("invoicing", ubl_order(order), XML)) == (400, "UNKNOWN_DOCUMENT")
    to_ordering = market.post("ordering", ubl_invoice(invoice, order), XML)
    assert told(to_ordering) == (400, "UNKNOWN_DOCUMENT")
    assert "invoicing" in to_ordering.json()["findings"][0]["message"]["en"]


def test_what_is_no_document_at_all_is_said_to_be_none(market: Market) -> None:
    assert told(market.post("invoicing", b"", XML)) == (400, "EMPTY")
    assert told(market.post("invoicing", b"a,b", "text/csv")) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("service", ["ordering", "invoicing"])
def test_a_document_of_35_megabytes_is_refused_whether_it_says_so_or_not(
    market: Market, service: str
) -> None:
    url = market.url(service) + "/v1/documents"
    whole = b"<Invoice>" + b" " * (35 * MEBIBYTE) + b"</Invoice>"
    parts = (whole[start : start + 65536] for start in range(0, len(whole), 65536))
    for content in (whole, parts):
        headers = {**CALLER, "Content-Type": XML}
        answer = httpx.post(url, content=content, headers=headers, timeout=60)
        assert told(answer) == (413, "TOO_LARGE")
    slightly = market.post(service, b"<a>" + b" " * (30 * MEBIBYTE) + b"</a>", XML)
    assert told(slightly) == (413, "TOO_LARGE")
    assert slightly.json()["limit"] == 30 * MEBIBYTE


def test_a_document_of_just_under_30_megabytes_passes(market: Market) -> None:
    order, invoice = market.fresh("O"), market.fresh("I")
    market.place_order(order)
    market.receive(order, L1="10")
    document = ubl_invoice(invoice, order)
    padded = document.rstrip() + b"<!--" + b"x" * (30 * MEBIBYTE - len(document) - 8) + b"-->"
    assert len(padded) > 29 * MEBIBYTE
    assert market.post("invoicing", padded, XML).status_code == 201
    sha256 = market.becomes(invoice, "payable")["document"]
    original = market.get("invoicing", f"/v1/originals/{sha256}")
    assert original.content == padded


def test_a_bad_document_in_an_archive_does_not_spoil_the_others(market: Market) -> None:
    orders = [market.fresh("O") for _ in range(30)]
    files: dict[str, bytes] = {}
    for n, order in enumerate(orders):
        files[f"{n}.xml"] = ubl_order(order) if n % 2 else b"<Order"
        files[f"{n}.json"] = b"{" if n % 3 == 0 else order_body(order)
    answer = market.post("ordering", zipped(files), ZIP)
    assert answer.status_code == 200
    found = {one["name"]: one for one in answer.json()["documents"]}
    assert list(found) == list(files)
    for n, order in enumerate(orders):
        good = [f"{n}.xml"] * (n % 2) + [f"{n}.json"] * (n % 3 != 0)
        assert [found[name]["status"] for name in good] == ["accepted", "duplicate"][: len(good)]
        assert bool(market.order(order)) == bool(good)
    assert {found["0.xml"]["code"], found["0.json"]["code"]} == {"INKOOP-XML", "INVALID_INPUT"}
    again = market.post("ordering", zipped(files), ZIP).json()["documents"]
    assert {one["status"] for one in again} == {"repeated", "duplicate", "refused"}


def test_an_archive_that_is_none_or_grows_without_end_is_refused(market: Market) -> None:
    order = market.fresh("O")
    bomb = zipped({f"{n}.xml": b" " * (29 * MEBIBYTE) for n in range(5)})
    assert len(bomb) < MEBIBYTE
    assert told(market.post("ordering", bomb, ZIP)) == (413, "TOO_LARGE")
    fat = zipped({"good.json": order_body(order), "fat.xml": b" " * (31 * MEBIBYTE)})
    assert told(market.post("ordering", fat, ZIP)) == (413, "TOO_LARGE")
    many = zipped({f"{n}.xml": b"<a/>" for n in range(1001)})
    assert told(market.post("ordering", many, ZIP)) == (413, "TOO_MANY")
    assert told(market.post("ordering", b"PK\x03\x04", ZIP)) == (400, "INVALID_ARCHIVE")
    assert market.order(order) == {}
    goes_on(market, order, market.fresh("I"))


def test_an_archive_with_broken_data_is_refused(market: Market) -> None:
    packed = bytearray(zipped({"a.xml": ubl_order(market.fresh("O"))}))
    packed[60:100] = b"\xff" * 40
    assert told(market.post("ordering", bytes(packed), ZIP)) == (400, "INVALID_ARCHIVE")
