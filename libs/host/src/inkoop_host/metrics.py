"""Every metric of a service with its meaning; base units, no label that grows with the data.

One object per process, made with its registry and passed on. Labels are made at the start, because
`increase()` never sees a counter whose first sample is already 1. `inkoop_event_age_seconds` lives
in `instruments`, where it is cheap.
"""

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

RESULTS = ("ok", "duplicate", "ignored", "parked")
"""What may become of a message; `duplicate` is normal, `ignored` is a type not acted on."""
PARK_REASONS = ("envelope", "schema", "payload", "key", "refused", "failed", "unwritable", "behind")
"""Why a message is parked; `refused` by a decision, `behind` another one of its key."""
VERDICTS = ("OffsetConflict", "VersionConflict", "CommandKnown")
"""What somebody else had moved when a batch was to be written (`inkoop_kit.store`)."""
OTHER = "other"
"""The event type of what the service does not know."""
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Reader(Protocol):
    """What is shown of a processor: `progress` is monotonic time in seconds."""

    progress: float

    def lag(self) -> dict[tuple[str, int], int]:
        """Records that wait, by topic and partition held."""
        ...


class Sender(Protocol):
    """What is shown of a relay: `oldest_age` in seconds."""

    oldest_age: float

    def backlog(self) -> dict[int, int]:
        """Facts that wait, by lane held."""
        ...


class Metrics:
    """The metrics of one process. The first label of most is `service`: give `metrics.service`."""

    def __init__(
        self, registry: CollectorRegistry, service: str, version: str, revision: str = ""
    ) -> None:
        self.registry = registry
        self.service = service
        for own in (ProcessCollector, GCCollector, PlatformCollector):
            own(registry=registry)
        build = self._gauge("inkoop_build_info", "1; which build runs", "version", "revision")
        build.labels(service, version, revision).set(1)
        self.rebalances = Counter(
            "inkoop_consumer_rebalances_total", "Times that partitions were assigned anew",
            ["group"], registry=registry,
        )  # fmt: skip
        self.events_processed = self._counter(
            "inkoop_events_processed_total", "Messages dealt with, by what became of them",
            "event_type", "result",
        )  # fmt: skip
        self.processing = self._histogram(
            "inkoop_processing_duration_seconds", "One batch, from its records to its commit"
        )
        self.published = self._counter(
            "inkoop_outbox_published_total", "Public events that Kafka acknowledged", "topic"
        )
        self.append = self._histogram(
            "inkoop_eventstore_append_seconds", "The one statement of a batch, commit included"
        )
        self.conflicts = self._counter(
            "inkoop_eventstore_conflicts_total", "Batches decided again, by why", "what"
        )
        self.parked_total = self._counter(
            "inkoop_parked_total", "Messages set aside, by why", "reason"
        )
        self.requests = Histogram(
            "http_server_request_duration_seconds",
            "HTTP requests, to the end of the answer; route is the template",
            ["method", "route", "status"], buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._begin()

    def expect(self, event_types: Iterable[str], topics: Iterable[str]) -> None:
        """Make the labels of what the service hears and tells."""
        for event_type in (*event_types, OTHER):
            for result in RESULTS:
                self.events_processed.labels(self.service, event_type, result)
        for topic in topics:
            self.published.labels(self.service, topic)

    def _begin(self) -> None:
        for one in (self.rebalances, self.processing, self.append):
            one.labels(self.service)
        for what in (*VERDICTS, "DataError"):
            self.conflicts.labels(self.service, what)
        for reason in PARK_REASONS:
            self.parked_total.labels(self.service, reason)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, ["service", *labels], registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, ["service", *labels], registry=self.registry)

    def _histogram(self, name: str, meaning: str) -> Histogram:
        return Histogram(name, meaning, ["service"], buckets=_SECONDS, registry=self.registry)


class Watched(Collector):
    """What is read at the moment of a scrape, and costs nothing between.

    `parked` counts the messages that wait to be released, or returns None when nobody knows.
    """

    def __init__(
        self,
        service: str,
        reader: Reader | None,
        sender: Sender | None,
        parked: Callable[[], int | None],
    ) -> None:
        self._service, self._reader, self._sender, self._parked = service, reader, sender, parked

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The gauges of now; a dead process reports none, so alerts also look for absence."""
        if self._reader is not None:
            yield from self._consumer(self._reader)
        if self._sender is not None:
            yield from self._outbox(self._sender)
        if (parked := self._parked()) is not None:
            yield self._one("inkoop_parked", "Messages set aside, in all the service", parked)

    def _consumer(self, reader: Reader) -> Iterable[GaugeMetricFamily]:
        lags = reader.lag()
        lag = GaugeMetricFamily(
            "inkoop_consumer_lag_records", "Records in the topic that the service has not read",
            labels=["group", "topic", "partition"],
        )  # fmt: skip
        for (topic, partition), records in lags.items():
            lag.add_metric([self._service, topic, str(partition)], records)
        yield lag
        name, meaning = "inkoop_consumer_assigned_partitions", "Partitions held; 0 is legal"
        yield self._one(name, meaning, len(lags), "group")
        name = "inkoop_consumer_last_progress_timestamp_seconds"
        when = time.time() - time.monotonic() + reader.progress
        yield self._one(name, "When the processor last made a turn, idle ones too", when, "group")

    def _outbox(self, sender: Sender) -> Iterable[GaugeMetricFamily]:
        waiting = sender.backlog()
        name, meaning = "inkoop_outbox_pending", "Facts that the relay has not passed on"
        yield self._one(name, f"{meaning}, in the lanes held", sum(waiting.values()))
        name, meaning = "inkoop_outbox_oldest_age_seconds", "Age of the oldest; alert on this"
        yield self._one(name, meaning, sender.oldest_age)
        name, meaning = "inkoop_relay_lanes", "Lanes relayed here; of all instances: each one once"
        yield self._one(name, meaning, len(waiting))

    def _one(
        self, name: str, meaning: str, value: float, label: str = "service"
    ) -> GaugeMetricFamily:
        family = GaugeMetricFamily(name, meaning, labels=[label])
        family.add_metric([self._service], value)
        return family
