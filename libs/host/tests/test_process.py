import psycopg
import pytest
from host_http import client_of
from host_process import Books, Loop, fake_parts, service

from inkoop_host.health import Health
from inkoop_host.process import Process
from inkoop_host.supervisor import Supervisor


@pytest.mark.asyncio
async def test_the_status_says_what_this_replica_knows() -> None:
    process = Process(service(replica="2"), fake_parts)

    async with client_of(process.api()) as client:
        said = (await client.get("/v1/status")).json()

    assert (said["service"], said["replica"]) == ("ordering", "2")
    assert said["lag"] == 17
    assert said["partitions"] == [{"topic": "things", "partition": 3, "lag": 17}]
    assert said["relay_lanes"] == 1
    assert said["parked"] == 0


@pytest.mark.asyncio
async def test_a_process_that_reads_is_ready_only_when_it_has_joined() -> None:
    process = Process(service(), fake_parts)
    process.health.database = lambda: True
    for what in ("schema", "postgresql", "kafka", "era"):
        process.health.reached(what)
    assert await process.health.ready() == ["processor: has not joined its group"]

    assert isinstance(process.parts.processor, Loop)
    process.parts.processor.joined = True
    assert await process.health.ready() == []


@pytest.mark.asyncio
async def test_the_metrics_show_its_parts() -> None:
    process = Process(service(), fake_parts)
    process.api()

    def value(name: str, **labels: str) -> float | None:
        return process.metrics.registry.get_sample_value(name, labels)

    lag = {"group": "ordering", "topic": "things", "partition": "3"}
    assert value("inkoop_consumer_lag_records", **lag) == 17
    assert value("inkoop_outbox_pending", service="ordering") == 2
    assert value("inkoop_parked", service="ordering") == 0
    published = {"service": "ordering", "topic": "inkoop.ordering"}
    assert value("inkoop_outbox_published_total", **published) == 0

    assert isinstance(process.parts.operations, Books)
    process.parts.operations.error = psycopg.OperationalError("away")
    assert value("inkoop_parked", service="ordering") is None


@pytest.mark.asyncio
async def test_a_loop_that_is_watched_after_the_stop_ends_too() -> None:
    supervisor = Supervisor(Health())
    await supervisor.stop()

    supervisor.watch("late", Loop())
    await supervisor.finish()

    assert supervisor.fault is None
