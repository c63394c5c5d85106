"""Gaps: what a restored service told and forgot, and which of the others have seen it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from inkoop_cli.services import Json, Services

PAGE = 100
"""Events of a gap that are asked for at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An event of a gap; `seen_by` are the services that have read it, None when nobody told.

    `restored_as` is the event of the service under which it has the same again.
    """

    id: str
    topic: str
    type: str
    key: str
    recorded_at: str
    seen_by: tuple[str, ...] | None
    restored_as: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An open gap: the era that is to be raised, how many events, and the first page of them."""

    service: str
    era: int
    events: int
    more: bool
    listed: tuple[Lost, ...]


def read_gap(services: Services, service: str, said: Mapping[str, Any]) -> Gap:
    """The gap that a service's status tells of, with its first page."""
    era = int(said["era"])
    rows = _answer(services, service, f"/v1/eras/{era}/gap?limit={PAGE}").get("gap", [])
    return Gap(
        service=service,
        era=era,
        events=int(said["events"]),
        more=bool(said.get("more")),
        listed=tuple(seen(services, service, rows)),
    )


def pages(services: Services, service: str, era: int) -> Iterator[list[Json]]:
    """The gap of an era, open or closed, page by page. Raises as `Services.get`."""
    after: int | None = 0
    while after is not None:
        body = services.get(service, f"/v1/eras/{era}/gap", after=after, limit=PAGE)
        yield body.get("gap", [])
        after = body.get("next")


def seen(services: Services, service: str, rows: Sequence[Json]) -> Iterator[Lost]:
    """These events of a service's gap, each with the other services that have read it."""
    readers = {
        topic: _readers(services, service, topic) for topic in {row["topic"] for row in rows}
    }
    for row in rows:
        yield Lost(
            id=row["id"],
            topic=row["topic"],
            type=row["type"],
            key=row["key"],
            recorded_at=row["recorded_at"],
            seen_by=_who_has(readers[row["topic"]], row),
            restored_as=row.get("restored_as"),
        )


def _readers(services: Services, service: str, topic: str) -> dict[str, dict[int, Json]]:
    """By service that reads the topic: its positions, by partition."""
    path = f"/v1/seen?topic={quote(topic)}"
    others = [name for name in services.addresses if name != service]
    told = {name: _answer(services, name, path).get("partitions", []) for name in others}
    return {name: {one["partition"]: one for one in rows} for name, rows in told.items() if rows}


def _who_has(readers: Mapping[str, Mapping[int, Json]], row: Json) -> tuple[str, ...] | None:
    """Who has seen an event; None when nobody could be asked."""
    if not readers:
        return None
    return tuple(
        name
        for name, places in readers.items()
        if (place := places.get(row["partition"])) is not None
        and place["seen"][row["lane"]] >= row["sequence"]
    )


def _answer(services: Services, service: str, path: str) -> Json:
    """What the first address that can says; empty when none does: a status waits for nobody."""
    for url in services.addresses[service]:
        try:
            answer = services.at(url, path)
            if answer.is_success:
                return answer.json()
        except (httpx.TransportError, ValueError):
            continue
    return {}
