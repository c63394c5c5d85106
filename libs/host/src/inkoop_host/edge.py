"""The edge of HTTP: what holds for every request before and after it is understood.

Pure ASGI: a trace, one log line and one measurement a request, caps on size and time, headers that
tell a browser to stay away, and no stranger's web page through a reader's browser.
"""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from opentelemetry import trace as otel
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inkoop_host.metrics import Metrics
from inkoop_host.problems import Problem, problem_of, unavailable
from inkoop_host.settings import LOOPBACK
from inkoop_host.tracing import Tracing, within

MAX_BODY = 32 * 1024 * 1024
"""Bytes of a request: a document of 30 MiB and what wraps it."""
MAX_SECONDS = 60.0
"""From the first byte to the start of the answer."""
GONE = 499
"""Shown as status when the caller went away first."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"/livez", "/readyz", "/startupz", "/metrics"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
_SILENT = Tracing()  # probes and scrapes would be most of all spans
_log = logging.getLogger(__name__)


@dataclass
class _Exchange:
    """One request and what is known of its answer."""

    scope: Scope
    receive: Receive
    send: Send
    headers: dict[str, str]
    began: float = field(default_factory=time.perf_counter)
    status: int = 0
    size: int = 0
    deadline: asyncio.Timeout | None = None

    async def take(self) -> Message:
        """Receive, and count."""
        message = await self.receive()
        self.size += len(message.get("body", b""))
        if self.size > MAX_BODY:
            raise too_large()
        return message

    async def give(self, message: Message) -> None:
        """Send, with our headers; once it starts the answer may take its time."""
        if message["type"] == "http.response.start":
            if self.deadline is not None and not self.deadline.expired():
                self.deadline.reschedule(None)
            self.status = message["status"]
            MutableHeaders(scope=message).update(self.headers)
        await self.send(message)

    async def refuse(self, problem: Problem) -> None:
        """Answer with a problem, where no answer has begun."""
        if not self.status:
            await problem.response()(self.scope, self.take, self.give)

    @property
    def route(self) -> str:
        """The template of the path; one word for all that is not ours."""
        return getattr(self.scope.get("route"), "path", "unmatched")


class Edge:
    """Wraps the application. `exposed` says whether it is bound to more than loopback."""

    def __init__(
        self, app: ASGIApp, tracing: Tracing, metrics: Metrics, api_version: str, *, exposed: bool
    ) -> None:
        self._app = app
        self._tracing = tracing
        self._metrics = metrics
        self._exposed = exposed
        self._headers = {"API-Version": api_version, **_HEADERS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the start and the end of the process pass through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        exchange = _Exchange(scope, receive, send, self._headers)
        tracing = _SILENT if scope["path"] in _QUIET else self._tracing
        trace, span = tracing.serve(method, headers.get("traceparent"))
        with within(trace):
            try:
                await self._serve(exchange, headers)
            finally:
                self._note(exchange, method)
                _describe(span, exchange, method)

    async def _serve(self, exchange: _Exchange, headers: Headers) -> None:
        try:
            self._check(headers)
            async with asyncio.timeout(MAX_SECONDS) as exchange.deadline:
                await self._app(exchange.scope, exchange.take, exchange.give)
        except ClientDisconnect:
            exchange.status = exchange.status or GONE
        except Problem as problem:
            await exchange.refuse(problem)
        except Exception as error:
            if exchange.deadline is not None and exchange.deadline.expired():
                await exchange.refuse(unavailable("TIMEOUT", "It took too long."))
                return
            _log.exception("a request failed")
            await exchange.refuse(problem_of(error))

    def _check(self, headers: Headers) -> None:
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            raise too_large()
        if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            raise Problem(403, "CROSS_SITE", "No other site may ask this through a browser")
        if not self._exposed and _host(headers.get("host", "")) not in LOOPBACK:
            raise Problem(421, "UNKNOWN_HOST", "This address serves the machine itself only")

    def _note(self, exchange: _Exchange, method: str) -> None:
        seconds = time.perf_counter() - exchange.began
        status = exchange.status or GONE
        self._metrics.requests.labels(method, exchange.route, str(status)).observe(seconds)
        quiet = exchange.scope["path"] in _QUIET
        level = logging.DEBUG if quiet else logging.INFO if status < 500 else logging.WARNING
        _log.log(
            level,
            "%s %s %d",
            method,
            exchange.route,
            status,
            extra={"duration_ms": round(seconds * 1000, 1), "bytes_in": exchange.size},
        )


def too_large() -> Problem:
    """413; the rest of the body is not read into memory."""
    return Problem(
        413, "TOO_LARGE", "The request is too large", f"At most {MAX_BODY >> 20} MiB.",
        limit=MAX_BODY,
    )  # fmt: skip


def _host(value: str) -> str:
    with contextlib.suppress(ValueError):
        return urlsplit(f"//{value}").hostname or ""
    return ""


def _describe(span: otel.Span, exchange: _Exchange, method: str) -> None:
    span.update_name(f"{method} {exchange.route}")
    span.set_attribute("http.request.method", method)
    span.set_attribute("http.route", exchange.route)
    span.set_attribute("http.response.status_code", exchange.status)
    if exchange.status >= 500:
        span.set_status(otel.StatusCode.ERROR)
    span.end()
