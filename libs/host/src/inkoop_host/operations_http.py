"""What operators ask over HTTP: state, health, metrics, parked messages, views."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import psycopg
from fastapi import APIRouter, Query
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator
from starlette.responses import JSONResponse, Response, StreamingResponse

from inkoop_host.health import Health
from inkoop_host.problems import Problem
from inkoop_kit.lanes import LANES

MAX_PAGE = 500
_EITHER: list[JsonValue] = [
    {"properties": {"ids": {"minItems": 1}}, "required": ["ids"]},
    {"properties": {"topic": {"type": "string"}, "key": {"type": "string"}},
     "required": ["topic", "key"]},
]  # fmt: skip
ParkedId = Annotated[int, Field(ge=1, lt=2**63)]

log = logging.getLogger(__name__)


class Operating(Protocol):
    """What the store lets operators see and do; not for two threads at once."""

    def status(self) -> dict[str, Any]: ...  # noqa: D102
    def parked(self, after: int, limit: int) -> list[dict[str, Any]]: ...  # noqa: D102
    def parked_one(self, parked: int) -> dict[str, Any] | None: ...  # noqa: D102
    def release(self, ids: list[int]) -> int: ...  # noqa: D102
    def release_key(self, topic: str, key: str) -> int: ...  # noqa: D102
    def views(self) -> list[str]: ...  # noqa: D102
    def rebuild(self, view: str) -> Iterator[dict[str, Any]]: ...  # noqa: D102


class Release(BaseModel):
    """Which parked messages to release: by id, or all of one key in order."""

    model_config = ConfigDict(json_schema_extra={"oneOf": _EITHER})

    ids: Annotated[list[ParkedId], Field(max_length=1000)] = []
    topic: str | None = None
    key: str | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "Release":
        if bool(self.ids) == (self.topic is not None and self.key is not None):
            raise ValueError("give ids, or topic and key")
        return self


@dataclass
class OperationsDesk:
    """The routes' view of a process: `here` tells what this replica knows without the database."""

    operations: Operating
    here: Callable[[], Mapping[str, Any]]
    registry: CollectorRegistry
    health: Health

    def __post_init__(self) -> None:
        self._store = threading.Lock()
        self._rebuilding = threading.Lock()

    def status(self) -> dict[str, Any]:
        """This replica, and the service's store where PostgreSQL answers."""
        return {**self._stored(), **self.here()}

    def count_parked(self) -> int | None:
        """How many messages are parked; None while PostgreSQL is away."""
        return self._stored().get("parked")

    def parked(
        self,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    ) -> dict[str, Any]:
        """Messages set aside, oldest first; `next` is the `after` of the next page."""
        with self._store:
            rows = self.operations.parked(after, limit)
        return {"parked": rows, "next": rows[-1]["id"] if len(rows) == limit else None}

    def parked_one(self, parked: int) -> dict[str, Any]:
        """One message with its bytes and why it was set aside. Raises Problem 404 for no such."""
        with self._store:
            row = self.operations.parked_one(parked)
        if row is None:
            raise Problem(404, "NOT_FOUND", "No message is parked under this id")
        return row

    def release(self, which: Release) -> dict[str, int]:
        """Ask for parked messages to be tried again, in order; the holder of their lane does it."""
        with self._store:
            if which.topic is not None and which.key is not None:
                return {"released": self.operations.release_key(which.topic, which.key)}
            return {"released": self.operations.release(which.ids)}

    def views(self) -> dict[str, list[str]]:
        """The views that can be rebuilt."""
        return {"views": self.operations.views()}

    def rebuild(self, view: str) -> Response:
        """Make a view anew, and tell of it line by line while it goes on (NDJSON).

        Raises Problem: 404 for no such view, 409 while it is being made already.
        """
        if view not in self.operations.views():
            raise Problem(404, "NOT_FOUND", "There is no such view")
        if self._rebuilding.locked():
            raise Problem(409, "REBUILD_RUNNING", "A view is being rebuilt here; wait for its end")
        return StreamingResponse(self._progress(view), media_type="application/x-ndjson")

    def _progress(self, view: str) -> Iterator[str]:
        began, facts = time.monotonic(), 0
        with self._rebuilding:
            try:
                for lane in self.operations.rebuild(view):
                    facts += lane["facts"]
                    yield json.dumps({**lane, "of": LANES}) + "\n"
            except psycopg.Error as error:
                log.error("a rebuild failed", exc_info=error)  # noqa: TRY400 — nor is it a bug
                yield json.dumps({"done": False, "error": type(error).__name__}) + "\n"
                return
        seconds = round(time.monotonic() - began, 3)
        yield json.dumps({"done": True, "facts": facts, "seconds": seconds}) + "\n"

    def _stored(self) -> dict[str, Any]:
        try:
            with self._store:
                return self.operations.status()
        except psycopg.Error as error:
            return {"store": type(error).__name__}

    def metrics(self) -> Response:
        """Prometheus' text format."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

    async def startupz(self) -> Response:
        """Whether everything that the start needs was there once."""
        return _verdict(self.health.startup())

    async def livez(self) -> Response:
        """Whether this process works; says nothing of Kafka and PostgreSQL."""
        return _verdict(self.health.live())

    async def readyz(self) -> Response:
        """Whether it can be used now."""
        return _verdict(await self.health.ready())


def operations_router(desk: OperationsDesk) -> APIRouter:
    """The routes that every service has."""
    router = APIRouter()
    for path in ("startupz", "livez", "readyz", "metrics"):
        router.add_api_route(f"/{path}", getattr(desk, path), include_in_schema=False)
    for path, endpoint, method in (
        ("/v1/status", desk.status, "GET"),
        ("/v1/parked", desk.parked, "GET"),
        ("/v1/parked/releases", desk.release, "POST"),  # first: `releases` is no id
        ("/v1/parked/{parked}", desk.parked_one, "GET"),
        ("/v1/views", desk.views, "GET"),
        ("/v1/views/{view}/rebuilds", desk.rebuild, "POST"),
    ):
        router.add_api_route(
            path, endpoint, methods=[method], tags=["operations"], response_model=None
        )
    return router


def _verdict(reasons: list[str]) -> Response:
    if reasons:
        return JSONResponse({"status": "unavailable", "reasons": reasons}, 503)
    return Response(status_code=204)
