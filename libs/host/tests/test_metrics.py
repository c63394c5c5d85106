from dataclasses import dataclass, field

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from inkoop_host.instruments import AGES, Ages
from inkoop_host.metrics import PARK_REASONS, RESULTS, Metrics, Watched


@dataclass
class Far:
    """A processor and a relay that are somewhere."""

    progress: float = 0.0
    oldest_age: float = 2.5
    records: dict[tuple[str, int], int] = field(default_factory=dict)

    def lag(self) -> dict[tuple[str, int], int]:
        return self.records

    def backlog(self) -> dict[int, int]:
        return {0: 3, 7: 4}


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def test_every_label_stands_at_zero_before_anything_happens(registry: CollectorRegistry) -> None:
    Metrics(registry, "thing", "1").expect(["made.v1"], ["things"])

    for result in RESULTS:
        labels = {"service": "thing", "event_type": "made.v1", "result": result}
        assert registry.get_sample_value("inkoop_events_processed_total", labels) == 0
    for reason in PARK_REASONS:
        labels = {"service": "thing", "reason": reason}
        assert registry.get_sample_value("inkoop_parked_total", labels) == 0
    labels = {"service": "thing", "topic": "things"}
    assert registry.get_sample_value("inkoop_outbox_published_total", labels) == 0


def test_two_processes_in_one_interpreter_do_not_meet(registry: CollectorRegistry) -> None:
    Metrics(registry, "thing", "1")
    Metrics(CollectorRegistry(), "thing", "1")


def test_how_far_a_process_is_is_read_at_the_scrape(registry: CollectorRegistry) -> None:
    far = Far()
    registry.register(Watched("thing", far, far, lambda: 5))

    far.records = {("things", 3): 17, ("things", 4): 0}

    lag = {"group": "thing", "topic": "things", "partition": "3"}
    assert registry.get_sample_value("inkoop_consumer_lag_records", lag) == 17
    group, service = {"group": "thing"}, {"service": "thing"}
    assert registry.get_sample_value("inkoop_consumer_assigned_partitions", group) == 2
    assert registry.get_sample_value("inkoop_outbox_pending", service) == 7
    assert registry.get_sample_value("inkoop_outbox_oldest_age_seconds", service) == 2.5
    assert registry.get_sample_value("inkoop_relay_lanes", service) == 2
    assert registry.get_sample_value("inkoop_parked", service) == 5


def test_what_nobody_knows_is_not_shown(registry: CollectorRegistry) -> None:
    registry.register(Watched("thing", None, None, lambda: None))

    assert registry.get_sample_value("inkoop_parked", {"service": "thing"}) is None


def test_the_ages_are_a_histogram_as_the_library_writes_it(registry: CollectorRegistry) -> None:
    ages = Ages("thing", ["made.v1"])
    registry.register(ages)
    for seconds in (0.005, 0.01, 0.3, 10**6, -1.0):
        ages.observe("made.v1", seconds)
    ages.observe("unheard.v1", 1.0)

    def count(edge: str) -> float | None:
        labels = {"service": "thing", "event_type": "made.v1", "le": edge}
        return registry.get_sample_value("inkoop_event_age_seconds_bucket", labels)

    assert [count("0.01"), count("0.25"), count("0.5")] == [3, 3, 4]
    assert [count(str(float(AGES[-1]))), count("+Inf")] == [4, 5]
    assert b"unheard" not in generate_latest(registry)
