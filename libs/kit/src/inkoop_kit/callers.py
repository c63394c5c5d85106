"""Who asks over HTTP, and whether it is asked once or again."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header
from starlette.requests import Request

from inkoop_events.values import Oin
from inkoop_kit.desk import Command
from inkoop_kit.tracing import current

_NAME = r"^[\w.:@/+-]{1,100}$"
_KEY = r"^[\x21-\x7e]{1,255}$"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, for which organisation, and what the request belongs to."""

    organisation: Oin
    actor: str
    correlation: str
    trace: str | None


def caller(
    organisation: Annotated[
        str, Header(alias="X-Organisation", pattern=r"^\d{20}$", description="An OIN")
    ],
    actor: Annotated[
        str, Header(alias="X-Actor", pattern=_NAME, description="An id of who asks, not a name")
    ],
    correlation: Annotated[
        str | None, Header(alias="X-Correlation-Id", pattern=_NAME, description="Default: trace id")
    ] = None,
) -> Caller:
    """The caller, as headers say until there are logins (design D18)."""
    trace = current()
    return Caller(
        Oin(organisation),
        actor,
        correlation or (trace.trace_id if trace else ""),
        trace.traceparent if trace else None,
    )


Asks = Annotated[Caller, Depends(caller)]
"""The type of a handler's parameter that takes the caller."""


async def command(
    request: Request,
    asks: Asks,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key", pattern=_KEY)] = None,
) -> Command:
    """The command of a JSON body: once per organisation and key, or per body without a key."""
    body = await request.body()
    content = hashlib.sha256(body)
    fingerprint = hashlib.sha256(f"{request.url.path} {content.hexdigest()}".encode()).hexdigest()
    return make_command(request, asks, idempotency_key or content.hexdigest(), fingerprint)


Once = Annotated[Command, Depends(command)]
"""The type of a handler's parameter that takes the command of its JSON body."""


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
