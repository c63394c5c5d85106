"""A collector for the stories: it takes OTLP over HTTP and keeps every span."""

import gzip
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class SeenSpan:
    """A span as it came over the wire; ids in hexadecimal, `links` the trace ids linked to."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[str, ...]


@dataclass
class Collector:
    """Keeps spans; `url` is what OTEL_EXPORTER_OTLP_ENDPOINT says."""

    url: str = ""
    _spans: list[SeenSpan] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def start(self) -> ThreadingHTTPServer:
        """Listen on a free loopback port, in a thread."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
        return server

    def take(self, body: bytes) -> None:
        """Keep the spans of one request."""
        request = ExportTraceServiceRequest.FromString(body)
        with self._lock:
            for resource in request.resource_spans:
                names = {a.key: a.value.string_value for a in resource.resource.attributes}
                for scope in resource.scope_spans:
                    self._spans += [
                        SeenSpan(
                            names.get("service.name", ""),
                            span.name,
                            span.trace_id.hex(),
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            tuple(link.trace_id.hex() for link in span.links),
                        )
                        for span in scope.spans
                    ]

    def of(self, trace_id: str) -> list[SeenSpan]:
        """The spans of a trace so far."""
        with self._lock:
            return [span for span in self._spans if span.trace_id == trace_id]

    def everything(self) -> list[SeenSpan]:
        """All spans so far."""
        with self._lock:
            return list(self._spans)


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    return Handler
