"""Documents that come in over HTTP: one as a raw body, several as a form or a zip archive."""

import asyncio
import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Annotated, Any

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request

from inkoop_host.callers import Asks, Caller, make_command
from inkoop_host.problems import Problem
from inkoop_kit.desk import Command

MAX_DOCUMENT = 30 * 1024 * 1024
"""Bytes of one document: the State allows 20 MB of attachments, a third more as base64."""
MAX_DOCUMENTS = 1000
"""Documents in one request."""
MAX_UNPACKED = 128 * 1024 * 1024
"""Bytes of an archive once unpacked; more is an attack or should come in parts."""

_RAW = ("application/xml", "text/xml", "application/json")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError,
)  # fmt: skip
_BINARY = {"type": "string", "format": "binary"}

DOCUMENTS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            **{media_type: {"schema": {}} for media_type in _RAW},
            "application/zip": {"schema": _BINARY},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"documents": {"type": "array", "items": _BINARY}},
                }
            },
        },
    }
}
"""`openapi_extra` of a route that takes documents."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it was received, and the command that it is; `sha256` hexadecimal."""

    name: str
    media_type: str
    data: bytes
    sha256: str
    command: Command


@dataclass(frozen=True, slots=True)
class Submission:
    """What one request brought; `single` when the body was the document itself."""

    documents: tuple[Document, ...]
    single: bool


async def document_commands(request: Request, asks: Asks) -> Submission:
    """Read the documents of a request. Raises Problem for what is no such request.

    The SHA-256 of a document's bytes is its idempotency key.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in _RAW:
        name = request.headers.get("x-filename", "")[:255]
        files = [(name, media_type, await request.body())]
    elif media_type == "multipart/form-data":
        files = await _form(request)
    elif media_type in {"application/zip", "application/x-zip-compressed"}:
        files = await asyncio.to_thread(_unzip, await request.body())
    else:
        raise Problem(
            415, "UNSUPPORTED_MEDIA_TYPE", "Send a document",
            f"As {', '.join(_RAW)}; several as multipart/form-data or application/zip.",
        )  # fmt: skip
    if not files or not any(data for _, _, data in files):
        raise Problem(400, "EMPTY", "There is no document in the request")
    return Submission(tuple(_document(request, asks, *file) for file in files), media_type in _RAW)


Documents = Annotated[Submission, Depends(document_commands)]
"""The type of a handler's parameter that takes documents."""


def _document(request: Request, asks: Caller, name: str, media_type: str, data: bytes) -> Document:
    if len(data) > MAX_DOCUMENT:
        raise _too_large(name)
    sha256 = hashlib.sha256(data).hexdigest()
    return Document(name, media_type, data, sha256, make_command(request, asks, sha256, sha256))


async def _form(request: Request) -> list[tuple[str, str, bytes]]:
    async with request.form(max_files=MAX_DOCUMENTS, max_fields=MAX_DOCUMENTS) as form:
        uploads = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        return [
            ((part.filename or "")[:255], _type_of(part.filename or ""), await part.read())
            for part in uploads
        ]


def _unzip(data: bytes) -> list[tuple[str, str, bytes]]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if _is_document(entry)]
            if len(entries) > MAX_DOCUMENTS:
                raise Problem(
                    413, "TOO_MANY", "Too many documents", f"At most {MAX_DOCUMENTS} at once."
                )
            return _unpack(archive, entries)
    except _BROKEN as error:
        words = "The archive cannot be unpacked"
        raise Problem(400, "INVALID_ARCHIVE", words, type(error).__name__) from error


def _unpack(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> list[tuple[str, str, bytes]]:
    files: list[tuple[str, str, bytes]] = []
    left = MAX_UNPACKED
    for entry in entries:
        with archive.open(entry) as packed:
            data = packed.read(min(left, MAX_DOCUMENT) + 1)  # what the header says may be a lie
        left -= len(data)
        if len(data) > MAX_DOCUMENT or left < 0:
            raise _too_large(entry.filename)
        files.append((entry.filename[:255], _type_of(entry.filename), data))
    return files


def _is_document(entry: zipfile.ZipInfo) -> bool:
    parts = entry.filename.split("/")
    return not (entry.is_dir() or parts[0] == "__MACOSX" or parts[-1].startswith("."))


def _type_of(name: str) -> str:
    return "application/json" if name.lower().endswith(".json") else "application/xml"


def _too_large(name: str) -> Problem:
    return Problem(
        413, "TOO_LARGE", "A document is too large",
        f"{name or 'The document'} is over {MAX_DOCUMENT >> 20} MiB.", limit=MAX_DOCUMENT,
    )  # fmt: skip
