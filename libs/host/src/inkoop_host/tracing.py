"""Traces: W3C trace context everywhere, OpenTelemetry spans where an exporter is set.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing of the SDK is loaded; a request still gets a trace
id, which stands in its log lines and in the cause of its facts.
"""

import os
import re
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from opentelemetry import trace as otel
from opentelemetry.context import Context

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_ODD = frozenset("13579bdf")  # the last bit of the flags: sampled
_FLUSH_SECONDS = 0.5
_current: "ContextVar[Trace | None]" = ContextVar("inkoop_trace", default=None)


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a trace (W3C Trace Context, §3.2): hexadecimal ids and whether it is sampled."""

    trace_id: str
    span_id: str
    sampled: bool

    @property
    def traceparent(self) -> str:
        """The header's value."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


def parse(traceparent: str | None) -> Trace | None:
    """Read a header; None when it is absent or not valid, as the standard asks (§4.3)."""
    if traceparent is None or (found := _HEADER.fullmatch(traceparent)) is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    if (
        version == "ff"
        or (version == "00" and more)
        or not (int(trace_id, 16) and int(span_id, 16))
    ):
        return None
    return Trace(trace_id, span_id, bool(int(flags, 16) & 1))


def begin_trace(parent: Trace | None = None) -> Trace:
    """A new place: in the parent's trace, else in a trace of its own that nobody samples."""
    span_id = os.urandom(8).hex()
    if parent is None:
        return Trace(os.urandom(16).hex(), span_id, sampled=False)
    return Trace(parent.trace_id, span_id, parent.sampled)


def current() -> Trace | None:
    """The trace of what this task works on; log lines carry it."""
    return _current.get()


@contextmanager
def within(trace: Trace | None) -> Generator[None]:
    """Work on something of this trace."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)


class Tracing:
    """The spans of one process: a tracer, or nothing at the price of one comparison."""

    def __init__(self, provider: "TracerProvider | None" = None) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("inkoop_host") if provider else None

    def serve(self, name: str, traceparent: str | None) -> tuple[Trace, otel.Span]:
        """The trace of a request, the caller's or a new one, and its span, to be ended."""
        parent = parse(traceparent)
        if self._tracer is None:
            return begin_trace(parent), otel.INVALID_SPAN
        span = self._tracer.start_span(name, _inside(parent), otel.SpanKind.SERVER)
        place = span.get_span_context()
        ids = f"{place.trace_id:032x}", f"{place.span_id:016x}"
        return Trace(*ids, place.trace_flags.sampled), span

    def processed(
        self, topic: str, traceparent: str, event: str, began: int, links: Iterable[str | None]
    ) -> None:
        """A message was processed from `began` (Unix ns) until now; `links` to other traces."""
        others = [otel.Link(_place(other)) for one in links if (other := parse(one)) is not None]
        about = _message("process", topic, event)
        self._show(f"process {topic}", otel.SpanKind.CONSUMER, traceparent, began, about, others)

    def stored(self, traceparent: str, facts: int, began: int) -> None:
        """So many facts of this trace went into the store, from `began` (Unix ns) until now."""
        self._show("append", otel.SpanKind.INTERNAL, traceparent, began, {"inkoop.facts": facts})

    def sent(self, topic: str, traceparent: str, event: str, began: int) -> None:
        """An event was sent, from `began` (Unix ns) until now."""
        about = _message("send", topic, event)
        self._show(f"send {topic}", otel.SpanKind.PRODUCER, traceparent, began, about)

    @property
    def on(self) -> bool:
        """Whether spans go anywhere."""
        return self._tracer is not None

    def wants(self, traceparent: str | None) -> TypeGuard[str]:
        """Whether spans of this trace go anywhere; asked for every message, so it is cheap."""
        return self._tracer is not None and traceparent is not None and traceparent[-1:] in _ODD

    def stop(self) -> None:
        """Export what is left, for at most a moment: an absent collector delays no stop."""
        if self._provider is not None:
            last = threading.Thread(target=self._provider.shutdown, daemon=True)
            last.start()
            last.join(_FLUSH_SECONDS)

    def _show(
        self,
        name: str,
        kind: otel.SpanKind,
        traceparent: str,
        began: int,
        about: dict[str, str | int],
        links: Sequence[otel.Link] = (),
    ) -> None:
        parent = parse(traceparent)
        if self._tracer is not None and parent is not None:
            context = _inside(parent)
            self._tracer.start_span(name, context, kind, about, links, start_time=began).end()


def tracing_from_environment(service: str, replica: str, version: str) -> Tracing:
    """OpenTelemetry by its standard variables (OTLP over HTTP, in batches), off without them."""
    environment = os.environ
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or not (
        environment.get("OTEL_EXPORTER_OTLP_ENDPOINT")
        or environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    ):
        return Tracing()
    from inkoop_host.otlp import provider  # noqa: PLC0415 — costs memory, and only where asked for

    return Tracing(provider(service, replica, version))


def _message(what: str, topic: str, event: str) -> dict[str, str | int]:
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": what,
        "messaging.destination.name": topic,
        "messaging.message.id": event,
    }


def _inside(parent: Trace | None) -> Context:
    place = _place(parent) if parent else otel.INVALID_SPAN_CONTEXT
    return otel.set_span_in_context(otel.NonRecordingSpan(place), Context())


def _place(trace: Trace) -> otel.SpanContext:
    return otel.SpanContext(
        int(trace.trace_id, 16),
        int(trace.span_id, 16),
        is_remote=True,
        trace_flags=otel.TraceFlags(trace.sampled),
    )
