"""A double of the services for tests: speaks their HTTP contract, from memory, on loopback."""

import hashlib
import json
import re
import threading
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

DEPARTMENT = "00000003123456780000"
SUPPLIER = "0106:12345678"
FINDING = {
    "rule": "BR-CO-10",
    "severity": "fatal",
    "location": "/Invoice/cac:LegalMonetaryTotal",
    "term": "BT-106",
    "message": {"nl": "De som klopt niet.", "en": "The sum is wrong."},
}
_NUMBER = re.compile(rb'<cbc:ID>([^<]*)<|"(?:receipt|invoice)"\s*:\s*"([^"]*)"')


@dataclass
class ServiceDouble:
    """One service: what it is to answer, and what it was asked."""

    trail: list[dict[str, Any]] = field(default_factory=list)
    parked: list[dict[str, Any]] = field(default_factory=list)
    views: list[str] = field(default_factory=list)
    status: dict[str, Any] = field(
        default_factory=lambda: {"lag": 0, "relay_backlog": 0, "parked": 0}
    )
    not_ready: list[str] = field(default_factory=list)
    busy: int = 0
    """How many requests for documents are still answered with 503."""
    breaks_off: bool = False
    requests: list[int] = field(default_factory=list)
    """How many documents each request brought."""
    asked_by: dict[str, str] = field(default_factory=dict)
    released: list[dict[str, Any]] = field(default_factory=list)
    gap: list[dict[str, Any]] = field(default_factory=list)
    positions: list[dict[str, Any]] = field(default_factory=list)
    """How far it has read each partition of the one topic that it is asked for."""
    eras: list[int] = field(default_factory=list)
    _bytes: dict[str, str] = field(default_factory=dict)

    def take_in(self, name: str, data: bytes) -> dict[str, Any]:
        """The Outcome of one document."""
        sha256 = hashlib.sha256(data).hexdigest()
        outcome: dict[str, Any] = {"name": name, "sha256": sha256, "events": [], "findings": []}
        if b"wrong-sum" in data:
            return outcome | {"status": "refused", "document": "invoice", "findings": [FINDING]}
        found = _NUMBER.search(data)
        number = ((found[1] or found[2]) if found else b"").decode()
        first = self._bytes.setdefault(number, sha256)
        status = "accepted" if sha256 not in self._seen() else "repeated"
        self._seen().add(sha256)
        if first != sha256:
            status = "duplicate"
        key = f"{DEPARTMENT}/{number}"
        return outcome | {"status": status, "document": "", "key": key, "events": ["3-17"]}

    def _seen(self) -> set[str]:
        return self.__dict__.setdefault("seen", set())


@dataclass(frozen=True)
class Doubles:
    """One double of each service."""

    ordering: ServiceDouble = field(default_factory=ServiceDouble)
    invoicing: ServiceDouble = field(default_factory=ServiceDouble)
    matching: ServiceDouble = field(default_factory=ServiceDouble)


@dataclass(frozen=True)
class Said:
    """What a command line answered."""

    code: int
    out: str
    err: str


Inkoop: TypeAlias = "Callable[..., Said]"
"""Runs a command line, in this process."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    double: ServiceDouble

    def do_GET(self) -> None:
        """Answer a question."""
        path = urlsplit(self.path).path
        if path == "/readyz":
            reasons = self.double.not_ready
            self._answer(503 if reasons else 204, {"reasons": reasons} if reasons else None)
        elif path == "/livez":
            self._answer(204, None)
        elif path == "/v1/status":
            self._answer(200, self.double.status)
        elif path in {"/v1/eras", "/v1/seen"} or path.endswith("/gap"):
            self._answer(200, self._of_eras(path))
        elif path == "/v1/trail":
            self._answer(200, {"entries": list(self._asked_entries())})
        elif path == "/v1/views":
            self._answer(200, {"views": [{"name": view} for view in self.double.views]})
        elif path.startswith("/v1/parked"):
            self._answer_parked(path.removeprefix("/v1/parked").strip("/"))
        else:
            self._problem(404, "NOT_FOUND", path)

    def do_POST(self) -> None:
        """Take something in."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.double.asked_by = {
            name: self.headers.get(name, "") for name in ("X-Organisation", "X-Actor")
        }
        if self.path == "/v1/documents":
            self._answer_documents(body)
        elif self.path == "/v1/parked/releases":
            self.double.released.append(json.loads(body))
            self._answer(200, {"released": 2})
        elif self.path == "/v1/eras":
            self.double.eras.append(json.loads(body)["number"])
            self.double.status["gap"] = None
            self._answer(201, {"era": {"number": self.double.eras[-1]}})
        elif self.path.endswith("/rebuilds"):
            self._answer_rebuild()
        else:
            self._problem(404, "NOT_FOUND", self.path)

    def _answer_documents(self, body: bytes) -> None:
        if self.double.busy:
            self.double.busy -= 1
            self._problem(503, "BUSY", "Too many commands wait.", {"Retry-After": "0.05"})
            return
        if len(body) > 30_000_000:
            self._problem(413, "TOO_LARGE", "A document may have 30 MB.")
            return
        with zipfile.ZipFile(BytesIO(body)) as archive:
            outcomes = [
                self.double.take_in(name, archive.read(name)) for name in archive.namelist()
            ]
        self.double.requests.append(len(outcomes))
        self._answer(200, {"documents": outcomes})

    def _answer_rebuild(self) -> None:
        lines: list[dict[str, Any]] = [{"lane": lane, "of": 24, "facts": 10} for lane in range(24)]
        if not self.double.breaks_off:
            lines.append({"done": True, "facts": 240, "seconds": 0.1})
        text = "".join(json.dumps(line) + "\n" for line in lines).encode()
        self._send(200, "application/x-ndjson", text)

    def _of_eras(self, path: str) -> dict[str, Any]:
        if path == "/v1/seen":
            return {"partitions": self.double.positions}
        if path == "/v1/eras":
            raised = [{"number": number} for number in self.double.eras]
            gap = self.double.status.get("gap")
            return {"next": len(raised) + 1, "gap": gap, "raised": raised}
        after, limit = int(self._query().get("after", "0")), int(self._query()["limit"])
        page = self.double.gap[after : after + limit]
        return {"gap": page, "next": after + limit if len(page) == limit else None}

    def _answer_parked(self, wanted: str) -> None:
        rows = [row for row in self.double.parked if not wanted or str(row["id"]) == wanted]
        if not wanted:
            after = self._query().get("after")
            rows = [row for row in rows if after is None or row["id"] > int(after)]
            self._answer(200, {"parked": rows[: int(self._query().get("limit", "100"))]})
        elif rows:
            self._answer(200, rows[0])
        else:
            self._problem(404, "NOT_FOUND", f"Nothing is parked as {wanted}.")

    def _asked_entries(self) -> Iterator[dict[str, Any]]:
        query = self._query()
        for entry in self.double.trail:
            for name in ("order", "invoice"):
                wanted = query.get(name)
                if wanted and wanted in entry.get("of", [entry["key"]]):
                    yield {key: value for key, value in entry.items() if key != "of"}

    def _query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def _problem(
        self, status: int, code: str, detail: str, headers: dict[str, str] | None = None
    ) -> None:
        problem = {"status": status, "code": code, "title": code, "detail": detail}
        self._send(status, "application/problem+json", json.dumps(problem).encode(), headers)

    def _answer(self, status: int, body: dict[str, Any] | None) -> None:
        self._send(status, "application/json", b"" if body is None else json.dumps(body).encode())

    def _send(
        self, status: int, media_type: str, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object, **__: object) -> None:
        """Say nothing."""


@contextmanager
def served(double: ServiceDouble) -> Generator[str]:
    """Serve the double on a free port; gives its URL."""
    handler = type("Handler", (_Handler,), {"double": double})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
