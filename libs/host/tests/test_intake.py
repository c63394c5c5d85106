import hashlib
import io
import zipfile
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter
from host_http import CALLER, OIN, client_of, edge_of

from inkoop_host import intake
from inkoop_host.intake import DOCUMENTS_BODY, Documents

XML = b"<order/>"


@pytest_asyncio.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    router = APIRouter()

    @router.post("/v1/documents", openapi_extra=DOCUMENTS_BODY)
    async def take(documents: Documents) -> dict[str, Any]:
        return {
            "single": documents.single,
            "documents": [
                [one.name, one.media_type, one.data.decode(), one.sha256, one.command.id]
                for one in documents.documents
            ],
        }

    async with client_of(edge_of(router)) as made:
        yield made


def archive(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.mkdir("folder")
        for name, data in files.items():
            made.writestr(name, data)
    return packed.getvalue()


async def post(client: httpx.AsyncClient, content: bytes, media_type: str) -> httpx.Response:
    headers = {**CALLER, "Content-Type": media_type}
    return await client.post("/v1/documents", content=content, headers=headers)


@pytest.mark.asyncio
async def test_a_raw_body_is_one_document_whose_bytes_are_its_key(
    client: httpx.AsyncClient,
) -> None:
    body = (await post(client, XML, "application/xml; charset=utf-8")).json()

    sha256 = hashlib.sha256(XML).hexdigest()
    assert body["single"] is True
    assert body["documents"] == [["", "application/xml", "<order/>", sha256, f"{OIN}/{sha256}"]]


@pytest.mark.asyncio
async def test_a_form_brings_several_in_order(client: httpx.AsyncClient) -> None:
    files = [("documents", ("a.xml", XML)), ("documents", ("b.json", b"{}"))]
    body = (await client.post("/v1/documents", files=files, headers=CALLER)).json()

    assert body["single"] is False
    assert [one[:3] for one in body["documents"]] == [
        ["a.xml", "application/xml", "<order/>"],
        ["b.json", "application/json", "{}"],
    ]


@pytest.mark.asyncio
async def test_an_archive_brings_what_is_a_file_in_it(client: httpx.AsyncClient) -> None:
    others = {"__MACOSX/._a.xml": b"no", "folder/.hidden": b"no"}
    packed = archive({"folder/a.xml": XML, **others, "b.json": b"{}"})
    body = (await post(client, packed, "application/zip")).json()

    assert body["single"] is False
    assert [one[0] for one in body["documents"]] == ["folder/a.xml", "b.json"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (XML, "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (XML, "application/zip", 400, "INVALID_ARCHIVE"),
        (b"", "application/xml", 400, "EMPTY"),
        (archive({}), "application/zip", 400, "EMPTY"),
        (b"x", "multipart/form-data", 400, "HTTP_ERROR"),
    ],
)
async def test_what_is_no_document_gets_its_answer(
    client: httpx.AsyncClient, content: bytes, media_type: str, status: int, code: str
) -> None:
    answer = await post(client, content, media_type)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.asyncio
async def test_a_document_over_the_limit_is_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MAX_DOCUMENT", 100)
    big = b"x" * 101

    for content, media_type in ((big, "text/xml"), (archive({"a": big}), "application/zip")):
        answer = await post(client, content, media_type)
        assert (answer.status_code, answer.json()["limit"]) == (413, 100)


@pytest.mark.asyncio
async def test_an_archive_that_grows_without_end_is_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MAX_UNPACKED", 1_000_000)
    bomb = archive({f"f{number}": bytes(300_000) for number in range(10)})

    answer = await post(client, bomb, "application/zip")

    assert len(bomb) < 10_000
    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")


@pytest.mark.asyncio
async def test_too_many_documents_are_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MAX_DOCUMENTS", 3)
    packed = archive({f"f{number}": XML for number in range(4)})
    files = [("documents", (f"{number}.xml", XML)) for number in range(4)]

    assert (await post(client, packed, "application/zip")).status_code == 413
    assert (await client.post("/v1/documents", files=files, headers=CALLER)).status_code == 400


@pytest.mark.asyncio
async def test_an_encrypted_archive_is_refused(client: httpx.AsyncClient) -> None:
    packed = bytearray(archive({"a": XML}))
    central = packed.rfind(b"PK\x01\x02")
    packed[6] |= 1
    packed[central + 8] |= 1

    answer = await post(client, bytes(packed), "application/zip")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_ARCHIVE")


@pytest.mark.asyncio
async def test_openapi_says_how_documents_may_come(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    body = document["paths"]["/v1/documents"]["post"]["requestBody"]
    assert {"application/xml", "application/zip", "multipart/form-data"} <= body["content"].keys()
