"""What processor, relay and store tell of themselves: metrics, and spans where sampled."""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from inkoop_host.metrics import OTHER, PARK_REASONS, VERDICTS, Metrics
from inkoop_host.tracing import Tracing
from inkoop_kit.batch import Batch
from inkoop_kit.codec import decode_meta
from inkoop_kit.failpoints import Failpoint, never
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.reading import Result
from inkoop_kit.store import Verdict, Written
from inkoop_kit.streams import Kind
from inkoop_kit.telling import Outgoing
from inkoop_kit.views import View

AGES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 21600, 86400)
"""Buckets of an event's age in seconds: from at once to a day of catching up."""


class Instruments:
    """Counts and shows what was done; called once a batch, cheap for each message."""

    def __init__(self, metrics: Metrics, tracing: Tracing, event_types: Iterable[str]) -> None:
        self._metrics = metrics
        self._tracing = tracing
        self._types = frozenset(event_types)
        self._ages = Ages(metrics.service, self._types)
        metrics.registry.register(self._ages)

    def batch_written(
        self, results: Sequence[Result], batch: Batch, seconds: float, started_ns: int
    ) -> None:
        """A batch is in the store."""
        metrics, service = self._metrics, self._metrics.service
        metrics.processing.labels(service).observe(seconds)
        for (event_type, word), count in Counter(map(self._outcome, results)).items():
            metrics.events_processed.labels(service, event_type, word).inc(count)
        for row in batch.parked:
            reason = row.reason if row.reason in PARK_REASONS else "refused"
            metrics.parked_total.labels(service, reason).inc()
        now = time.time()
        for result in results:
            if (heard := result.heard) is not None:
                self._ages.observe(heard.envelope.type, now - heard.envelope.time.timestamp())
                if self._tracing.wants(heard.envelope.trace):
                    self._show(result, heard.envelope.trace, started_ns)

    def batch_dropped(self, why: str) -> None:
        """A batch was not written; what the store itself said is counted there."""
        if why not in VERDICTS:
            self._metrics.conflicts.labels(self._metrics.service, why).inc()

    def rebalanced(self) -> None:
        """Partitions are held anew."""
        self._metrics.rebalances.labels(self._metrics.service).inc()

    def sent(self, outgoing: Sequence[Outgoing], started_ns: int) -> None:
        """These events are on Kafka."""
        for topic, count in Counter(event.topic for event in outgoing).items():
            self._metrics.published.labels(self._metrics.service, topic).inc(count)
        for event in outgoing:
            if self._tracing.wants(event.trace):
                self._tracing.sent(event.topic, event.trace, event.event, started_ns)

    def _outcome(self, result: Result) -> tuple[str, str]:
        if result.heard is not None:
            return result.heard.envelope.type, result.word
        raw = next((value for name, value in result.message.headers if name == "ce_type"), b"")
        event_type = raw.decode("latin-1")
        return event_type if event_type in self._types else OTHER, result.word

    def _show(self, result: Result, trace: str, started_ns: int) -> None:
        heard = result.heard
        assert heard is not None  # noqa: S101 — asked by the caller
        to = heard.ask.kind.links
        links = [to(fact) for fact in result.facts] if to is not None else ()
        self._tracing.processed(
            result.message.topic, trace, heard.envelope.event, started_ns, links
        )


class Ages(Collector):
    """How old events were when they were stored: a histogram at a fifth of the library's price."""

    def __init__(self, service: str, event_types: Iterable[str]) -> None:
        self._service = service
        self._counts = {one: [0] * (len(AGES) + 1) for one in event_types}
        self._sums = dict.fromkeys(self._counts, 0.0)

    def observe(self, event_type: str, seconds: float) -> None:
        """Take one in; a type that was not announced is left out."""
        if (counts := self._counts.get(event_type)) is not None:
            counts[bisect_left(AGES, seconds)] += 1
            self._sums[event_type] += max(0.0, seconds)

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """The histogram of now."""
        family = HistogramMetricFamily(
            "inkoop_event_age_seconds",
            "From the publisher's record of an event to the commit here; the end-to-end indicator",
            labels=["service", "event_type"],
        )
        for event_type, counts in self._counts.items():
            total, buckets = 0, list[tuple[str, float]]()
            for edge, count in zip((*map(str, map(float, AGES)), "+Inf"), counts, strict=True):
                total += count
                buckets.append((edge, total))
            family.add_metric([self._service, event_type], buckets, self._sums[event_type])
        yield family


class MeasuredStore(PostgresStore):
    """The store in PostgreSQL, which says how long it wrote and who was first."""

    def __init__(
        self,
        metrics: Metrics,
        tracing: Tracing,
        database: Database,
        kinds: Sequence[Kind[Any, Any]],
        views: Sequence[View[Any, Any]],
        reached: Failpoint = never,
    ) -> None:
        super().__init__(database, kinds, views, reached)
        self._metrics, self._tracing = metrics, tracing

    def write(self, batch: Batch) -> Verdict:
        """Write all of a batch, or nothing."""
        began, began_ns = time.perf_counter(), time.time_ns()
        verdict = super().write(batch)
        metrics, service = self._metrics, self._metrics.service
        metrics.append.labels(service).observe(time.perf_counter() - began)
        if not isinstance(verdict, Written):
            metrics.conflicts.labels(service, type(verdict).__name__).inc()
        elif self._tracing.on:
            for trace, facts in Counter(decode_meta(f.meta).trace for f in batch.facts).items():
                if self._tracing.wants(trace):
                    self._tracing.stored(trace, facts, began_ns)
        return verdict
