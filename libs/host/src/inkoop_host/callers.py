"""Who asks over HTTP, and the command that a request is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header
from starlette.requests import Request

from inkoop_events.values import Oin
from inkoop_host.questions import OIN
from inkoop_host.tracing import current
from inkoop_kit.desk import Command

_NAME = r"^[A-Za-z0-9._:@/+-]+$"  # no \w: its table in all of Unicode costs 10 MB


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, for which organisation, and what the request belongs to."""

    organisation: Oin
    actor: str
    correlation: str
    trace: str | None


async def caller(  # async: FastAPI gives what is not to a thread, 0.15 ms for nothing
    organisation: Annotated[str, Header(alias="X-Organisation", pattern=OIN)],
    actor: Annotated[str, Header(alias="X-Actor", pattern=_NAME, max_length=100)],
    correlation: Annotated[
        str | None, Header(alias="X-Correlation-Id", pattern=_NAME, max_length=100)
    ] = None,
) -> Caller:
    """The caller, as headers say until there are logins (design D18).

    `X-Organisation` is an OIN, `X-Actor` an id and never a name, `X-Correlation-Id` whatever the
    caller knows its work by: without one, the trace id.
    """
    trace = current()
    return Caller(
        Oin(organisation),
        actor,
        correlation or (trace.trace_id if trace else ""),
        trace.traceparent if trace else None,
    )


Asks = Annotated[Caller, Depends(caller)]
"""The type of a handler's parameter that takes the caller."""


def make_command(request: Request, asks: Caller, key: str, fingerprint: str) -> Command:
    """A command of now. Keys of two organisations never meet."""
    clock: Callable[[], datetime] = request.app.state.clock
    return Command(
        id=f"{asks.organisation}/{key}",
        fingerprint=fingerprint,
        actor=asks.actor,
        organisation=asks.organisation,
        correlation=asks.correlation,
        trace=asks.trace,
        occurred_at=clock(),
    )
