from typing import Any, ClassVar

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (
    InMemorySpanExporter as Collected,
)

from inkoop_host.tracing import (
    Trace,
    Tracing,
    begin_trace,
    current,
    parse,
    tracing_from_environment,
    within,
)

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def collected() -> Collected:
    return Collected()


@pytest.fixture
def tracing(collected: Collected) -> Tracing:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(collected))
    return Tracing(provider)


def test_a_traceparent_is_read_and_written() -> None:
    trace = parse(PARENT)

    assert trace == Trace("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", sampled=True)
    assert trace is not None
    assert trace.traceparent == PARENT


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "x",
        PARENT.upper(),
        PARENT + "-more",
        "ff" + PARENT[2:],
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01",
    ],
)
def test_what_is_not_valid_is_as_if_absent(header: str | None) -> None:
    assert parse(header) is None


def test_a_later_version_may_say_more() -> None:
    assert parse("01" + PARENT[2:] + "-more") == parse(PARENT)


def test_a_new_trace_is_its_own_and_a_child_stays_in_its_parents() -> None:
    parent = parse(PARENT)
    child, alone = begin_trace(parent), begin_trace()

    assert parent is not None
    assert child.trace_id == parent.trace_id
    assert child.span_id != parent.span_id
    assert child.sampled
    assert alone.trace_id != begin_trace().trace_id
    assert not alone.sampled


def test_what_is_worked_on_ends_with_its_block() -> None:
    trace = begin_trace()
    with within(trace):
        assert current() is trace
    assert current() is None


def test_without_an_exporter_a_request_still_has_a_trace() -> None:
    trace, span = Tracing().serve("GET", PARENT)
    span.end()

    assert trace.trace_id == PARENT[3:35]
    assert not Tracing().wants(PARENT)


def test_a_request_is_a_span_of_its_callers_trace(tracing: Tracing, collected: Collected) -> None:
    trace, span = tracing.serve("GET", PARENT)
    span.end()

    [served] = collected.get_finished_spans()
    assert served.parent is not None
    assert f"{served.parent.span_id:016x}" == PARENT[36:52]
    assert trace.traceparent.startswith(PARENT[:36])
    assert trace.sampled


def test_only_sampled_messages_want_spans(tracing: Tracing) -> None:
    assert tracing.wants(PARENT)
    assert tracing.wants(PARENT[:-2] + "03")
    assert not tracing.wants(PARENT[:-2] + "00")
    assert not tracing.wants(PARENT[:-2] + "02")
    assert not tracing.wants(None)


def test_a_processed_message_links_to_what_it_released(
    tracing: Tracing, collected: Collected
) -> None:
    tracing.processed("things", PARENT, "maker/3-17", 1_000, [OTHER, None])
    tracing.stored(PARENT, 2, 1_500)
    tracing.sent("told", PARENT, "thing/3-18", 2_000)

    processed, stored, sent = spans = collected.get_finished_spans()
    assert [span.name for span in spans] == [
        "process things",
        "append",
        "send told",
    ]
    assert stored.attributes == {"inkoop.facts": 2}
    assert sent.parent == processed.parent
    assert processed.start_time == 1_000
    assert [f"{link.context.trace_id:032x}" for link in processed.links] == [OTHER[3:35]]
    assert processed.attributes is not None
    assert processed.attributes["messaging.message.id"] == "maker/3-17"


class TestFromTheEnvironment:
    VARIABLES: ClassVar[dict[str, Any]] = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        "OTEL_SDK_DISABLED": "",
    }

    def test_nothing_is_exported_unless_it_is_said_where(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in self.VARIABLES:
            monkeypatch.delenv(name, raising=False)

        assert not tracing_from_environment("thing", "0", "1").wants(PARENT)

    def test_an_endpoint_turns_it_on_and_an_absent_collector_delays_no_stop(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in self.VARIABLES.items():
            monkeypatch.setenv(name, value)

        tracing = tracing_from_environment("thing", "0", "1")
        assert tracing.wants(PARENT)
        tracing.stop()

        monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
        assert not tracing_from_environment("thing", "0", "1").wants(PARENT)
