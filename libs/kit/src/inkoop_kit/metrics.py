"""Every metric of a service with its meaning; base units, no label that grows with the data.

One object per process, made with its registry and passed on. Labels are made at the start, because
`increase()` never sees a counter whose first sample is already 1.
"""

import time
from collections.abc import Iterable
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

RESULTS = ("ok", "duplicate", "unknown_type", "parked", "released")
"""What may become of a message; `duplicate` is normal, and must be seen."""
PARK_REASONS = ("undecodable", "invalid", "refused", "failed", "behind")
"""Why a message is parked; `behind` another one of its key."""
_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_AGES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 21600, 86400)


class Reader(Protocol):
    """What is shown of a processor: `progress` is monotonic time in seconds."""

    joined: bool
    progress: float

    def lag(self) -> dict[tuple[str, int], int]:
        """Records that wait, by topic and partition held."""
        ...


class Sender(Protocol):
    """What is shown of a relay: `oldest_age` in seconds."""

    progress: float
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
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._about(version, revision)
        self._messages()
        self._store()
        self._http()

    def _about(self, version: str, revision: str) -> None:
        self.build_info = Gauge(
            "inkoop_build_info",
            "1; which build runs",
            ["service", "version", "revision"],
            registry=self.registry,
        )
        self.build_info.labels(self.service, version, revision).set(1)

    def _messages(self) -> None:
        registry = self.registry
        self.rebalances = Counter(
            "inkoop_consumer_rebalances_total",
            "Times that partitions were assigned anew",
            ["group"],
            registry=registry,
        )
        self.rebalances.labels(self.service)
        self.events_processed = Counter(
            "inkoop_events_processed_total",
            "Messages dealt with, by what became of them",
            ["service", "event_type", "result"],
            registry=registry,
        )
        self.processing = Histogram(
            "inkoop_processing_duration_seconds",
            "One batch: from its records in memory to its commit",
            ["service"],
            buckets=_FAST,
            registry=registry,
        )
        self.processing.labels(self.service)
        self.event_age = Histogram(
            "inkoop_event_age_seconds",
            "From the publisher's record of an event to the commit here; the end-to-end indicator",
            ["service", "event_type"],
            buckets=_AGES,
            registry=registry,
        )
        self.published = Counter(
            "inkoop_outbox_published_total",
            "Public events that Kafka acknowledged",
            ["service", "topic"],
            registry=registry,
        )

    def _store(self) -> None:
        registry = self.registry
        self.append = Histogram(
            "inkoop_eventstore_append_seconds",
            "The one statement of a batch, commit included",
            ["service"],
            buckets=_FAST,
            registry=registry,
        )
        self.append.labels(self.service)
        self.conflicts = Counter(
            "inkoop_eventstore_conflicts_total",
            "Batches decided again, by what somebody else had moved",
            ["service", "what"],
            registry=registry,
        )
        for what in ("raced", "offset", "version", "command"):
            self.conflicts.labels(self.service, what)
        self.parked = Gauge(
            "inkoop_parked",
            "Messages set aside that wait to be released, in the whole service",
            ["service"],
            registry=registry,
        )
        self.parked_total = Counter(
            "inkoop_parked_total",
            "Messages set aside, by why",
            ["service", "reason"],
            registry=registry,
        )
        for reason in PARK_REASONS:
            self.parked_total.labels(self.service, reason)

    def _http(self) -> None:
        self.requests = Histogram(
            "http_server_request_duration_seconds",
            "HTTP requests, to the end of the answer; route is the template",
            ["method", "route", "status"],
            buckets=_FAST,
            registry=self.registry,
        )

    def expect(self, event_types: Iterable[str], topics: Iterable[str]) -> None:
        """Make the labels of what the service hears and tells."""
        for event_type in event_types:
            self.event_age.labels(self.service, event_type)
            for result in RESULTS:
                self.events_processed.labels(self.service, event_type, result)
        for topic in topics:
            self.published.labels(self.service, topic)

    def watch(self, reader: Reader | None, sender: Sender | None) -> None:
        """Show at each scrape how far the processor and the relay are."""
        self.registry.register(Watched(self.service, reader, sender))


class Watched(Collector):
    """What is read at the moment of a scrape, and costs nothing between."""

    def __init__(self, service: str, reader: Reader | None, sender: Sender | None) -> None:
        self._service = service
        self._reader = reader
        self._sender = sender

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The gauges of now; a dead process reports none, so alerts also look for absence."""
        if self._reader is not None:
            yield from self._consumer(self._reader)
        if self._sender is not None:
            yield from self._outbox(self._sender)

    def _consumer(self, reader: Reader) -> Iterable[GaugeMetricFamily]:
        lags = reader.lag()
        lag = GaugeMetricFamily(
            "inkoop_consumer_lag_records",
            "Records in the topic that the service has not stored",
            labels=["group", "topic", "partition"],
        )
        for (topic, partition), records in lags.items():
            lag.add_metric([self._service, topic, str(partition)], records)
        yield lag
        yield self._gauge(
            "inkoop_consumer_assigned_partitions", "Partitions held; 0 is legal", len(lags), "group"
        )
        yield self._gauge(
            "inkoop_consumer_last_progress_timestamp_seconds",
            "When the processor last made a turn, idle ones too",
            time.time() - time.monotonic() + reader.progress,
            "group",
        )

    def _outbox(self, sender: Sender) -> Iterable[GaugeMetricFamily]:
        waiting = sender.backlog()
        yield self._gauge(
            "inkoop_outbox_pending",
            "Facts stored and not yet looked at by the relay, in the lanes held",
            sum(waiting.values()),
        )
        yield self._gauge(
            "inkoop_outbox_oldest_age_seconds",
            "Age of the oldest of them; alert on this, not on their number",
            sender.oldest_age,
        )
        yield self._gauge(
            "inkoop_relay_lanes",
            "Lanes that this instance relays; all instances together: every lane once",
            len(waiting),
        )

    def _gauge(
        self, name: str, meaning: str, value: float, label: str = "service"
    ) -> GaugeMetricFamily:
        family = GaugeMetricFamily(name, meaning, labels=[label])
        family.add_metric([self._service], value)
        return family
