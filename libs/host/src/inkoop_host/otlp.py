"""The OpenTelemetry SDK of a process; loaded only where an exporter is set."""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def provider(service: str, replica: str, version: str) -> TracerProvider:
    """Spans in batches over OTLP/HTTP; endpoint, sampler and limits from the standard variables."""
    resource = Resource.create(
        {
            "service.namespace": "inkoop",
            "service.name": service,
            "service.instance.id": replica,
            "service.version": version,
        }
    )
    made = TracerProvider(resource=resource, shutdown_on_exit=False)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made
