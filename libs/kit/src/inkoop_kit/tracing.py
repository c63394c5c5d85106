"""Traces: W3C trace context everywhere, OpenTelemetry spans where an exporter is set.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing of the SDK is loaded; a request still gets a trace
id, which stands in its log lines and in the cause of its facts.
"""

import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentelemetry import trace as otel

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

Attributes = Mapping[str, str | int | float | bool]

_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_FLUSH_SECONDS = 1.0
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
def within(trace: Trace | None) -> Iterator[None]:
    """Work on something of this trace."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)


class Span:
    """Something that is going on, to be ended; `trace` is its place, for whatever it causes."""

    __slots__ = ("_span", "trace")

    def __init__(self, span: otel.Span) -> None:
        place = span.get_span_context()
        self._span = span
        self.trace = Trace(
            f"{place.trace_id:032x}", f"{place.span_id:016x}", place.trace_flags.sampled
        )

    def link(self, traceparent: str | None) -> None:
        """Point at another trace that this has to do with (OpenTelemetry: a link)."""
        if (other := parse(traceparent)) is not None:
            self._span.add_link(_place(other))

    def name(self, name: str) -> None:
        """Call it by what it turned out to be."""
        self._span.update_name(name)

    def describe(self, attributes: Attributes) -> None:
        """Add attributes; never payload, never personal data."""
        self._span.set_attributes(attributes)

    def end(self, error: str | None = None) -> None:
        """It is over; `error` is a stable code when it failed."""
        if error is not None:
            self._span.set_attribute("error.type", error)
            self._span.set_status(otel.StatusCode.ERROR)
        self._span.end()


class Tracing:
    """The spans of one process: a tracer, or nothing at the price of one comparison."""

    def __init__(self, provider: "TracerProvider | None" = None) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("inkoop_kit") if provider else None

    @property
    def on(self) -> bool:
        """Whether spans go anywhere."""
        return self._tracer is not None

    def serve(self, name: str, traceparent: str | None) -> tuple[Trace, Span | None]:
        """The trace of a request: the caller's, else a new one; with a span where sampled."""
        parent = parse(traceparent)
        if self._tracer is None:
            return begin_trace(parent), None
        span = Span(self._start(name, parent, otel.SpanKind.SERVER))
        return span.trace, span

    def receive(self, topic: str, traceparent: str | None, event: str) -> Span | None:
        """A message is being processed. None, and cheap, unless its trace is sampled.

        Give the span's trace to the cause of the facts, link what they refer to, and end it once
        they are stored.
        """
        return self._message("process", topic, traceparent, event, otel.SpanKind.CONSUMER)

    def send(self, topic: str, traceparent: str | None, event: str) -> Span | None:
        """An event is being sent. None, and cheap, unless its trace is sampled."""
        return self._message("send", topic, traceparent, event, otel.SpanKind.PRODUCER)

    def stop(self) -> None:
        """Export what is left, for at most a second: an absent collector delays no stop."""
        if self._provider is not None:
            last = threading.Thread(target=self._provider.shutdown, daemon=True)
            last.start()
            last.join(_FLUSH_SECONDS)

    def _message(
        self, what: str, topic: str, traceparent: str | None, event: str, kind: otel.SpanKind
    ) -> Span | None:
        if self._tracer is None or traceparent is None or not traceparent.endswith("1"):
            return None
        if (parent := parse(traceparent)) is None:
            return None
        span = Span(self._start(f"{what} {topic}", parent, kind))
        span.describe(
            {
                "messaging.system": "kafka",
                "messaging.operation.name": what,
                "messaging.destination.name": topic,
                "messaging.message.id": event,
            }
        )
        return span

    def _start(self, name: str, parent: Trace | None, kind: otel.SpanKind) -> otel.Span:
        assert self._tracer is not None  # noqa: S101 — asked by the callers
        context = otel.set_span_in_context(
            otel.NonRecordingSpan(_place(parent) if parent else otel.INVALID_SPAN_CONTEXT)
        )
        return self._tracer.start_span(name, context, kind, start_time=time.time_ns())


def tracing_from_environment(service: str, replica: str, version: str) -> Tracing:
    """OpenTelemetry by its standard variables (OTLP over HTTP, in batches), off without them."""
    environment = os.environ
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or not (
        environment.get("OTEL_EXPORTER_OTLP_ENDPOINT")
        or environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    ):
        return Tracing()
    from inkoop_kit.otlp import provider  # noqa: PLC0415 — costs memory, and only where asked for

    return Tracing(provider(service, replica, version))


def _place(trace: Trace) -> otel.SpanContext:
    return otel.SpanContext(
        int(trace.trace_id, 16),
        int(trace.span_id, 16),
        is_remote=True,
        trace_flags=otel.TraceFlags(trace.sampled),
    )
