import json
import os
import zipfile
from pathlib import Path

import pytest

from inkoop_cli.testing import FINDING, Doubles, Inkoop

ORDER = '<Order xmlns="urn:x"><cbc:ID>4500</cbc:ID></Order>'
INVOICE = "<Invoice><cbc:ID>{}</cbc:ID></Invoice>"
RECEIPT = '{"type": "receipt", "order": "4500", "receipt": "R-1"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a-invoice.xml").write_text(INVOICE.format("F-1"))
    (tmp_path / "b-receipt.json").write_text(RECEIPT)
    (tmp_path / "c-order.xml").write_text(ORDER)
    (tmp_path / "notes.txt").write_text("not a document")
    return tmp_path


def test_a_folder_goes_to_the_services_that_take_its_documents(
    doubles: Doubles, inkoop: Inkoop, folder: Path
) -> None:
    said = inkoop("submit", folder, "--json")
    assert said.code == 0
    answer = json.loads(said.out)
    assert [(d["service"], d["status"]) for d in answer["documents"]] == [
        ("ordering", "accepted"),
        ("ordering", "accepted"),
        ("invoicing", "accepted"),
    ]
    assert answer["summary"] == {"accepted": 3}


def test_the_form_of_json_for_one_document(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    file = tmp_path / "f.xml"
    file.write_text("<Invoice>wrong-sum</Invoice>")
    [document] = json.loads(inkoop("submit", file, "--json").out)["documents"]
    assert document == {
        "file": str(file),
        "status": "refused",
        "kind": "invoice",
        "service": "invoicing",
        "key": "",
        "sha256": document["sha256"],
        "events": [],
        "findings": [FINDING],
        "code": "",
        "detail": "",
    }


def test_a_refused_document_is_told_in_words_and_by_the_exit_code(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    (tmp_path / "f.xml").write_text("<Invoice>wrong-sum</Invoice>")
    said = inkoop("submit", tmp_path)
    assert said.code == 1
    assert "BR-CO-10: The sum is wrong. [BT-106, /Invoice/cac:LegalMonetaryTotal]" in said.out


def test_the_same_file_again_is_well(doubles: Doubles, inkoop: Inkoop, folder: Path) -> None:
    inkoop("submit", folder)
    said = inkoop("submit", folder, "--json")
    assert said.code == 0
    assert json.loads(said.out)["summary"] == {"repeated": 3}


def test_another_document_with_the_same_number_is_a_duplicate(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    (tmp_path / "1.xml").write_text(INVOICE.format("F-1"))
    (tmp_path / "2.xml").write_text(INVOICE.format("F-1") + "<!-- again -->")
    said = inkoop("submit", tmp_path)
    assert said.code == 1
    assert "1 accepted, 1 duplicate" in said.out


def test_a_zip_is_opened(doubles: Doubles, inkoop: Inkoop, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "march.zip", "w") as archive:
        archive.writestr("in/f1.xml", INVOICE.format("F-1"))
        archive.writestr("in/f2.xml", INVOICE.format("F-2"))
        archive.writestr("in/readme.txt", "hello")
    said = inkoop("submit", tmp_path / "march.zip", "--json")
    files = [document["file"] for document in json.loads(said.out)["documents"]]
    assert files == [f"{tmp_path}/march.zip/in/f1.xml", f"{tmp_path}/march.zip/in/f2.xml"]


def test_many_documents_travel_in_few_requests_and_only_the_refused_are_listed(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a table folds a long path, and the file's name with it
    for number in range(1000):
        (tmp_path / f"{number:04}.xml").write_text(INVOICE.format(f"F-{number}"))
    (tmp_path / "0500.xml").write_text("<Invoice>wrong-sum</Invoice>")
    said = inkoop("submit", ".")
    assert doubles.invoicing.requests == [200] * 5
    assert "0500.xml" in said.out
    assert "0499.xml" not in said.out
    assert "1000 documents: 999 accepted, 1 refused" in said.out


def test_a_busy_service_is_asked_again(doubles: Doubles, inkoop: Inkoop, folder: Path) -> None:
    doubles.invoicing.busy = 3
    assert inkoop("submit", folder).code == 0


def test_a_service_that_stays_busy_is_given_up(
    doubles: Doubles, inkoop: Inkoop, folder: Path
) -> None:
    doubles.invoicing.busy = 1_000_000
    said = inkoop("submit", folder, "--patience", "0.2", "--json")
    assert said.code == 3
    document = json.loads(said.out)["documents"][-1]
    assert (document["status"], document["code"]) == ("unsent", "UNREACHABLE")
    assert "stayed busy" in document["detail"]


def test_a_service_is_given_up_once_and_not_again_for_every_request(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    for number in range(20):
        (tmp_path / f"{number:02}.xml").write_text(INVOICE.format(f"F-{number}"))
    doubles.invoicing.busy = busy = 1_000_000
    said = inkoop("submit", tmp_path, "--patience", "0.3", "--batch", "1")
    assert said.code == 3
    assert busy - doubles.invoicing.busy < 40


def test_the_next_address_is_tried(
    doubles: Doubles, inkoop: Inkoop, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = os.environ["INKOOP_ORDERING_URLS"]
    monkeypatch.setenv("INKOOP_ORDERING_URLS", f"http://127.0.0.1:1, {url}/")
    assert inkoop("submit", folder).code == 0


def test_a_service_that_is_away_is_said_with_what_to_do(
    doubles: Doubles, inkoop: Inkoop, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKOOP_INVOICING_URLS", "http://127.0.0.1:1")
    said = inkoop("submit", folder)
    assert said.code == 3
    assert "2 accepted, 1 unsent" in said.out
    assert "does not answer at http://127.0.0.1:1" in said.out


def test_one_document_that_is_too_large_does_not_spoil_the_others(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    (tmp_path / "1.xml").write_text(INVOICE.format("F-1"))
    (tmp_path / "2.xml").write_text(INVOICE.format("F-2") + " " * 35_000_000)
    (tmp_path / "3.xml").write_text(INVOICE.format("F-3"))
    said = inkoop("submit", tmp_path, "--json")
    documents = json.loads(said.out)["documents"]
    assert [document["status"] for document in documents] == ["accepted", "refused", "accepted"]
    assert documents[1]["code"] == "TOO_LARGE"


def test_what_is_no_document_of_ours_is_refused_here(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    (tmp_path / "staff.xml").write_text("<StaffingOrder/>")
    said = inkoop("submit", tmp_path)
    assert said.code == 1
    assert "UNKNOWN_DOCUMENT: <StaffingOrder> is no order" in said.out


def test_as_says_what_it_is(doubles: Doubles, inkoop: Inkoop, tmp_path: Path) -> None:
    file = tmp_path / "strange.bin"
    file.write_text("garbage wrong-sum")
    said = inkoop("submit", file, "--as", "invoice")
    assert said.code == 1
    assert "BR-CO-10" in said.out


def test_organisation_and_actor_are_told(
    doubles: Doubles, inkoop: Inkoop, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKOOP_ACTOR", "anneke")
    inkoop("submit", folder, "--organisation", "00000003123456780000")
    assert doubles.invoicing.asked_by == {
        "X-Organisation": "00000003123456780000",
        "X-Actor": "anneke",
    }


def test_a_path_that_is_not_there_is_usage(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    said = inkoop("submit", tmp_path / "nowhere.xml")
    assert said.code == 2
    assert "No such file" in said.err


def test_an_empty_folder_is_usage(doubles: Doubles, inkoop: Inkoop, tmp_path: Path) -> None:
    assert inkoop("submit", tmp_path).code == 2


def test_a_broken_zip_is_told_without_a_traceback(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    whole = tmp_path / "broken.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("f1.xml", INVOICE.format("F-1") * 50)
    whole.write_bytes(whole.read_bytes()[30:])
    said = inkoop("submit", whole)
    assert said.code in {1, 2}
    assert "Traceback" not in said.err


def test_a_file_name_that_is_no_text_is_no_obstacle(
    doubles: Doubles, inkoop: Inkoop, tmp_path: Path
) -> None:
    (tmp_path / os.fsdecode(b".caf\xe9 [b]x.xml")).write_text(INVOICE.format("F-1"))
    said = inkoop("submit", tmp_path)
    assert said.code == 0
    assert ".caf? [b]x.xml" in said.out
    assert inkoop("submit", tmp_path, "--json").code == 0
