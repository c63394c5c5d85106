"""How a service is: read from what each of its addresses says of itself."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx

from inkoop_cli.services import Services, reason

RELAY_SECONDS = 10.0
"""A fact that waits longer for Kafka is worth a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """One instance of a service. `lag` counts messages not yet read, `backlog` facts not yet sent.

    A figure that the instance did not tell is None.
    """

    service: str
    url: str
    reachable: bool
    ready: bool = False
    reasons: tuple[str, ...] = ()
    lag: int | None = None
    backlog: int | None = None
    parked: int | None = None
    gap: Mapping[str, Any] | None = None
    """Its era and how many events, where the store knows less than the topics."""

    @property
    def well(self) -> bool:
        """Nothing asks for a person."""
        return self.reachable and self.ready and not self.parked and not self.reasons


def read_health(services: Services) -> list[Health]:
    """Ask every address of every service, all at once."""
    asked = [(name, url) for name, urls in services.addresses.items() for url in urls]
    with ThreadPoolExecutor(max_workers=max(1, len(asked))) as pool:
        return list(pool.map(partial(_ask, services), asked))


def _ask(services: Services, place: tuple[str, str]) -> Health:
    service, url = place
    try:
        readiness = services.at(url, "/readyz")
        answer = services.at(url, "/v1/status")
    except httpx.TransportError as fault:
        why = str(fault) or type(fault).__name__
        return Health(service=service, url=url, reachable=False, reasons=(why,))
    body = _body(answer)
    return Health(
        service=service,
        url=url,
        reachable=True,
        ready=readiness.is_success,
        reasons=_reasons(readiness, answer, _stopped(body)),
        lag=_number(body, "lag"),
        backlog=_number(body, "relay_backlog"),
        parked=_number(body, "parked"),
        gap=body.get("gap"),
    )


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json() if answer.is_success else {}
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _reasons(
    readiness: httpx.Response, answer: httpx.Response, stopped: tuple[str, ...]
) -> tuple[str, ...]:
    if not answer.is_success:
        return (f"status {answer.status_code}: {reason(answer)}",)
    if readiness.is_success:
        return stopped
    try:
        listed = readiness.json().get("reasons")
    except (ValueError, AttributeError):
        listed = None
    return tuple(str(each) for each in listed) if listed else (reason(readiness),)


def _stopped(body: Mapping[str, Any]) -> tuple[str, ...]:
    """What stands still although the service is ready."""
    reasons: list[str] = []
    if lanes := body.get("stopped_lanes"):
        numbers = ", ".join(map(str, lanes))
        reasons.append(f"lanes {numbers} stand still: too many messages are parked")
    age = body.get("relay_oldest_age")
    if isinstance(age, int | float) and age > RELAY_SECONDS:
        reasons.append(f"facts wait for {age:.0f} s to be sent: is Kafka there?")
    return tuple(reasons)


def _number(body: Mapping[str, Any], name: str) -> int | None:
    """A figure, or the sum of the figures under that name."""
    value = body.get(name)
    if isinstance(value, dict):
        numbers = [each for each in value.values() if isinstance(each, int)]
        return sum(numbers)
    return value if isinstance(value, int) else None
