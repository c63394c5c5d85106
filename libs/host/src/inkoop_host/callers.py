"""Who asks over HTTP, and the command that a request is."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header
from starlette.datastructures import Headers
from starlette.requests import Request

from inkoop_events.values import Oin
from inkoop_host.questions import OIN
from inkoop_host.tracing import current
from inkoop_kit.desk import Command

_NAME = r"^[A-Za-z0-9._:@/+-]+$"  # no \w: its table in all of Unicode costs 10 MB
_LONGEST = 100
_IS_OIN, _IS_NAME = re.compile(OIN).fullmatch, re.compile(_NAME).fullmatch


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, for which organisation, and what the request belongs to."""

    organisation: Oin
    actor: str
    correlation: str
    trace: str | None


async def caller(  # async: FastAPI gives what is not to a thread, 0.15 ms for nothing
    organisation: Annotated[str, Header(alias="X-Organisation", pattern=OIN)],
    actor: Annotated[str, Header(alias="X-Actor", pattern=_NAME, max_length=_LONGEST)],
    correlation: Annotated[
        str | None, Header(alias="X-Correlation-Id", pattern=_NAME, max_length=_LONGEST)
    ] = None,
) -> Caller:
    """The caller, as headers say until there are logins (design D18).

    `X-Organisation` is an OIN, `X-Actor` an id and never a name, `X-Correlation-Id` whatever the
    caller knows its work by: without one, the trace id.
    """
    return _caller(organisation, actor, correlation)


Asks = Annotated[Caller, Depends(caller)]
"""The type of a handler's parameter that takes the caller."""


def caller_of(headers: Headers) -> Caller | None:
    """The caller without FastAPI, which takes ten times as long; None where `caller` refuses."""
    organisation, actor = headers.get("x-organisation", ""), headers.get("x-actor", "")
    correlation = headers.get("x-correlation-id")
    names = (actor,) if correlation is None else (actor, correlation)
    sound = _IS_OIN(organisation) and all(len(n) <= _LONGEST and _IS_NAME(n) for n in names)
    return _caller(organisation, actor, correlation) if sound else None


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


def _caller(organisation: str, actor: str, correlation: str | None) -> Caller:
    trace = current()
    return Caller(
        Oin(organisation),
        actor,
        correlation or (trace.trace_id if trace else ""),
        trace.traceparent if trace else None,
    )
