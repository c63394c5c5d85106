"""A running service: its parts, its HTTP and its watchers put together, and its end."""

import logging
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI
from faststream.asgi import AsgiResponse, get
from prometheus_client import CollectorRegistry

from inkoop_events.catalogue import TOPICS, asyncapi
from inkoop_host.edge import Edge
from inkoop_host.eras_http import eras_router, gap_of
from inkoop_host.health import Health
from inkoop_host.http import make_api
from inkoop_host.instruments import Instruments
from inkoop_host.metrics import Metrics, Watched
from inkoop_host.migrate import schema_of
from inkoop_host.operations_http import OperationsDesk, operations_router
from inkoop_host.parts import MakeParts, make_parts
from inkoop_host.runtime import (
    AsyncApi,
    Server,
    application,
    dispatch,
    make_server,
    patient_broker,
)
from inkoop_host.schema_check import answers, wait_for_schema
from inkoop_host.service import Service
from inkoop_host.supervisor import Supervisor
from inkoop_host.tracing import tracing_from_environment
from inkoop_kit.postgres import Database

log = logging.getLogger(__name__)


class Process:
    """One replica of a service. Made inside a running event loop, since its parts ask for one."""

    def __init__(self, service: Service, make: MakeParts = make_parts) -> None:
        settings = service.settings
        self.service = service
        self.version = version_of(service.name)
        self.health = Health()
        self.supervisor = Supervisor(self.health)
        self.tracing = tracing_from_environment(service.name, settings.replica, self.version)
        self.metrics = Metrics(CollectorRegistry(), service.name, self.version, settings.revision)
        heard = {subscription.event.TYPE for subscription in service.subscriptions}
        told = [topic.name for topic in TOPICS.values() if topic.publisher == service.name]
        self.metrics.expect(heard, told)
        instruments = Instruments(self.metrics, self.tracing, heard)
        self.parts = make(service, self.metrics, self.tracing, instruments)
        self._probe = Database(settings.database, schema_of(service.name), f"{service.name}-health")
        self.health.database = lambda: answers(self._probe)
        self.parts.comparing.health = self.health
        if (processor := self.parts.processor) is not None:
            joined = "processor: has not joined its group"
            self.health.conditions[joined] = lambda: processor.joined
            self.parts.comparing.reopened.append(processor.read_again)

    async def serve(self) -> int:
        """Run until told to stop or until a part fails; the exit code."""
        server = self.server()
        log.info("starting", extra={"kafka": self.service.settings.kafka})
        await server.serve()
        self.tracing.stop()
        log.info("stopped")
        return 1 if self.supervisor.fault else 0

    def server(self) -> Server:
        """The HTTP server with all that it serves."""
        service, settings = self.service, self.service.settings
        client = f"{service.name}-{settings.replica}"
        specification = AsyncApi(lambda: asyncapi(service.name))

        @get
        async def events(scope: Any) -> AsgiResponse:
            return specification.response()

        faststream = application(
            patient_broker(settings.kafka, client, self.supervisor),
            self.supervisor,
            self._begin,
            specification,
            [("/asyncapi.json", events)],
        )
        inner = dispatch(faststream, self.api())
        edge = Edge(
            inner, self.tracing, self.metrics, service.api_version, exposed=settings.http_expose
        )
        return make_server(edge, self.supervisor, settings.http_host, settings.http_port)

    def api(self) -> FastAPI:
        """The service's own routes and those that every service has."""
        service, parts = self.service, self.parts
        desk = OperationsDesk(parts.operations, self._here, self.metrics.registry, self.health)
        self.metrics.registry.register(
            Watched(service.name, parts.processor, parts.relay, desk.count_parked)
        )
        api = make_api(service.name, service.api_version, service.settings.contact, _now)
        api.include_router(operations_router(desk))
        api.include_router(eras_router(parts.comparing))
        api.include_router(service.router(parts.desk))
        return api

    async def _begin(self) -> None:
        patience = self.service.settings.schema_patience
        await wait_for_schema(self._probe, self.service.name, self.health, patience)
        self.supervisor.watch("comparing", self.parts.comparing)
        await self.parts.comparing.open.wait()
        self.supervisor.watch("desk", self.parts.desk)
        self.supervisor.watch("relay", self.parts.relay)
        if self.parts.processor is not None:
            self.supervisor.watch("processor", self.parts.processor)

    def _here(self) -> dict[str, Any]:
        """What this replica knows of itself, for `GET /v1/status`."""
        lag = self.parts.processor.lag() if self.parts.processor is not None else {}
        reasons = [*self.health.startup(), *self.health.live()]
        return {
            "service": self.service.name,
            "replica": self.service.settings.replica,
            "version": self.version,
            "reasons": reasons,
            "gap": gap_of(self.parts.comparing),
            "lag": sum(lag.values()),
            "partitions": [
                {"topic": topic, "partition": partition, "lag": records}
                for (topic, partition), records in sorted(lag.items())
            ],
            "stopped_lanes": sorted(getattr(self.parts.processor, "braked", ())),
            "relay_lanes": len(self.parts.relay.backlog()),
            "relay_oldest_age": self.parts.relay.oldest_age,
            "commands": self.parts.desk.status(),
        }


def version_of(service: str) -> str:
    """The version of the service's package."""
    try:
        return version(f"inkoop-{service}")
    except PackageNotFoundError:
        return "0"


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
