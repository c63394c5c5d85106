"""A process of a service: one HTTP server of ours, in it one FastStream application and the API."""

import asyncio
import contextlib
import faulthandler
import json
import logging
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from types import SimpleNamespace
from typing import Any

import uvicorn
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.asgi import AsgiFastStream, AsgiResponse
from faststream.kafka import KafkaBroker
from starlette.types import ASGIApp, Receive, Scope, Send

from inkoop_host.supervisor import LOOP_SECONDS, Supervisor

SHORTEST, LONGEST = 0.2, 5.0
"""Seconds between two tries to reach a neighbour: doubled from the one to the other."""
HTTP_SECONDS = 1
"""Given to requests in flight at a stop."""
LAST_SECONDS = 4.8
"""Whatever hangs then is shown on stderr, and the process ends with 1."""

log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """The HTTP server; it stops on a signal, and when the supervisor has a fault."""

    def __init__(self, config: uvicorn.Config, supervisor: Supervisor) -> None:
        super().__init__(config)
        self._supervisor = supervisor

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where."""
        await super().startup(sockets)
        for server in self.servers if self.started else ():
            host, port, *_ = server.sockets[0].getsockname()
            log.info("HTTP is up", extra={"host": host, "port": port})

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to leave."""
        return await super().on_tick(counter) or self._supervisor.fault is not None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Leave; what hangs is left behind."""
        faulthandler.dump_traceback_later(LAST_SECONDS, exit=True)
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Listen to signals; uvicorn's own raises them again, and the exit code would be lost."""
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, self.handle_exit)
        yield


class PatientBroker(KafkaBroker):
    """FastStream's broker, which waits for Kafka where the original gives up at once."""

    supervisor: Supervisor

    async def start(self) -> None:
        """Connect, trying again until Kafka is there."""
        delay = SHORTEST
        while True:
            try:
                await super().start()
            except (KafkaError, OSError) as error:
                log.warning("Kafka is not there yet", extra={"error": type(error).__name__})
            except Exception as error:  # FastStream would let HTTP live on without it
                self.supervisor.fail("broker", error)
                raise
            else:
                self.supervisor.health.reached("kafka")
                return
            await self.stop()  # else what was half started would run twice
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST)


def patient_broker(bootstrap: str, client: str, supervisor: Supervisor) -> PatientBroker:
    """The broker of the edge: nothing is acknowledged that failed, no topic comes from a typo."""
    broker = PatientBroker(
        bootstrap.split(","),
        client_id=client,
        allow_auto_create_topics=False,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        graceful_timeout=LOOP_SECONDS,
        acks="all",
        enable_idempotence=True,
        logger=None,
    )
    broker.supervisor = supervisor
    return broker


def application(
    broker: KafkaBroker,
    supervisor: Supervisor,
    begin: Callable[[], Coroutine[Any, Any, None]],
    specification: Any,
    routes: list[tuple[str, Any]],
) -> AsgiFastStream:
    """The FastStream application: its life is the process's, its page of the topics is JSON.

    FastStream's own page would also open a route by which anybody publishes, so it is not used.
    """

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        supervisor.begin("start", begin())
        yield
        await supervisor.finish()

    return AsgiFastStream(
        broker,
        lifespan=lifespan,
        on_shutdown=[supervisor.stop],
        specification=specification,
        asgi_routes=routes,
        logger=None,
    )


def dispatch(faststream: AsgiFastStream, api: ASGIApp) -> ASGIApp:
    """One ASGI application: FastStream's life and routes, the API for all else."""
    own = {path: SimpleNamespace(path=path) for path, _ in faststream.routes}

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        route = own.get(scope.get("path", ""))
        if route is not None:
            scope["route"] = route
        mine = route is not None or scope["type"] == "lifespan"
        await (faststream if mine else api)(scope, receive, send)

    return either


def make_server(app: ASGIApp, supervisor: Supervisor, host: str, port: int) -> Server:
    """The one server, owned by us: its own log and signals would say too much and too little."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="on",
        http="h11",
        ws="none",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=HTTP_SECONDS,
    )
    return Server(config, supervisor)


class AsyncApi:
    """The event catalogue's document, where FastStream looks for its own; made when asked for."""

    def __init__(self, make: Callable[[], Mapping[str, Any]]) -> None:
        self._make = make
        self.title = "events"
        self.version = self.description = self.contact = self.license = None

    def add_broker(self, broker: object) -> "AsyncApi":
        """FastStream tells of its broker; the catalogue knows more."""
        return self

    def add_http_route(self, path: str, handler: object) -> "AsyncApi":
        """Routes stand in OpenAPI."""
        return self

    def to_specification(self) -> "AsyncApi":
        """The document is its own specification."""
        return self

    def to_jsonable(self) -> Mapping[str, Any]:
        """AsyncAPI 3."""
        return self._make()

    def response(self) -> AsgiResponse:
        """AsyncAPI 3 over HTTP."""
        body = json.dumps(self.to_jsonable()).encode()
        return AsgiResponse(body, 200, {"Content-Type": "application/json"})
