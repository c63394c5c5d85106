"""An application behind the edge, asked without a socket, for the kit's tests of HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from inkoop_host.edge import Edge
from inkoop_host.http import make_api
from inkoop_host.metrics import Metrics
from inkoop_host.tracing import Tracing

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OIN = "00000001003214345000"
CALLER = {"X-Organisation": OIN, "X-Actor": "user:17"}
CONTACT = {"name": "Desk", "url": "https://inkoop.example/", "email": "desk@inkoop.example"}


def edge_of(
    router: APIRouter,
    *,
    registry: CollectorRegistry | None = None,
    tracing: Tracing | None = None,
    exposed: bool = False,
) -> Edge:
    """The router's routes in an application, as a service serves them."""
    api = make_api("thing", "1.2.3", CONTACT, lambda: NOW)
    api.include_router(router)
    metrics = Metrics(registry or CollectorRegistry(), "thing", "1")
    return Edge(api, tracing or Tracing(), metrics, "1.2.3", exposed=exposed)


@asynccontextmanager
async def client_of(app: ASGIApp) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of this application."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client
