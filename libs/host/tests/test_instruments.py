from dataclasses import replace
from typing import Any

import pytest
from kit_tally import NOW, Added, Counted, counted, envelope, hearing
from msgspec import structs
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from inkoop_events.envelope import to_headers
from inkoop_host.instruments import Instruments
from inkoop_host.metrics import Metrics
from inkoop_host.tracing import Tracing
from inkoop_kit.batch import Batch
from inkoop_kit.hearing import Heard, Message, Recalled, set_aside
from inkoop_kit.reading import Result
from inkoop_kit.telling import Outgoing

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Bench:
    """Instruments, and what they show."""

    def __init__(self) -> None:
        self.registry, self.spans = CollectorRegistry(), InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.spans))
        metrics = Metrics(self.registry, "thing", "1")
        metrics.expect([Counted.TYPE], ["told"])
        self.instruments = Instruments(metrics, Tracing(provider), [Counted.TYPE])

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"inkoop_{name}", {"service": "thing", **labels})

    def processed(self, event_type: str, result: str) -> float | None:
        return self.value("events_processed_total", event_type=event_type, result=result)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def written(bench: Bench, *results: Result, batch: Batch | None = None) -> None:
    bench.instruments.batch_written(results, batch or Batch({}), 0.02, 1_000)


def other(fact: Added) -> str:
    """The trace of what the fact released."""
    del fact
    return OTHER


def heard(message: Message, trace: str | None = None) -> Heard:
    one = hearing("things").hear(message)
    assert isinstance(one, Heard)
    return structs.replace(one, envelope=structs.replace(one.envelope, trace=trace))


def test_a_batch_is_counted_by_what_became_of_its_messages(bench: Bench) -> None:
    message = counted("things", 1, "a")
    written(
        bench,
        Result(message, "ok", heard(message), [Added(1)]),
        Result(message, "duplicate"),
        Result(message, "duplicate"),
    )

    assert bench.processed(Counted.TYPE, "ok") == 1
    assert bench.processed(Counted.TYPE, "duplicate") == 2
    assert bench.value("processing_duration_seconds_count") == 1
    assert bench.value("event_age_seconds_count", event_type=Counted.TYPE) == 1


def test_a_type_that_nobody_announced_makes_no_label(bench: Bench) -> None:
    foreign = to_headers(structs.replace(envelope(1), type="nl.example.made-up.v1"))
    message = Recalled("things", 0, 0, b"a", b"{}", foreign)
    bare = Recalled("things", 0, 1, None, None, ())
    written(bench, Result(message, "ignored"), Result(bare, "parked"))

    assert bench.processed("other", "ignored") == 1
    assert bench.processed("other", "parked") == 1
    assert bench.processed("nl.example.made-up.v1", "ignored") is None


def test_what_is_parked_is_counted_by_reason_and_a_code_of_the_domain_is_a_refusal(
    bench: Bench,
) -> None:
    message = counted("things", 1, "a")
    batch = Batch({})
    batch.parked = [set_aside(message, "payload", ""), set_aside(message, "NEGATIVE", "")]
    written(bench, batch=batch)

    assert bench.value("parked_total", reason="payload") == 1
    assert bench.value("parked_total", reason="refused") == 1


def test_a_sampled_message_is_a_span_that_links_to_what_it_released(bench: Bench) -> None:
    message = counted("things", 1, "a")
    one = heard(message, PARENT)
    linked: Any = replace(one.ask.kind, links=other)
    one = structs.replace(one, ask=structs.replace(one.ask, kind=linked))
    unsampled = heard(message, PARENT[:-1] + "0")
    written(
        bench,
        Result(message, "ok", one, [Added(1)]),
        Result(message, "ok", unsampled, [Added(1)]),
    )

    [span] = bench.spans.get_finished_spans()
    assert span.name == "process things"
    assert span.start_time == 1_000
    assert [f"{link.context.trace_id:032x}" for link in span.links] == [OTHER[3:35]]


def test_what_was_sent_is_counted_by_topic_and_shown_where_sampled(bench: Bench) -> None:
    at = int(NOW.timestamp() * 1000)
    outgoing = [
        Outgoing("told", 0, b"a", b"{}", [], at, f"thing/0-{number}", trace)
        for number, trace in enumerate((PARENT, None))
    ]
    bench.instruments.sent(outgoing, 1_000)

    assert bench.value("outbox_published_total", topic="told") == 2
    assert [span.name for span in bench.spans.get_finished_spans()] == ["send told"]


def test_a_dropped_batch_is_counted_once(bench: Bench) -> None:
    bench.instruments.batch_dropped("DataError")
    bench.instruments.batch_dropped("OffsetConflict")  # the store counts its own verdicts
    bench.instruments.rebalanced()

    assert bench.value("eventstore_conflicts_total", what="DataError") == 1
    assert bench.value("eventstore_conflicts_total", what="OffsetConflict") == 0
    rebalances = "inkoop_consumer_rebalances_total"
    assert bench.registry.get_sample_value(rebalances, {"group": "thing"}) == 1
