"""Eras over HTTP: the gap, page by page, who has seen it, and the raise of the era."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from inkoop_host.callers import Asks
from inkoop_host.comparing import Comparing
from inkoop_host.eras import EraRaised, GapEvent
from inkoop_host.problems import Problem
from inkoop_kit.lanes import event_id

MAX_PAGE = 500
Number = Annotated[int, Field(ge=1, lt=2**20)]


class NewEra(BaseModel):
    """The era to be raised: `next` of `GET /v1/eras`, so that nobody raises two by one wish."""

    number: Number


class ErasDesk:
    """The routes' view of the eras; `comparing` knows a gap that is still open."""

    def __init__(self, comparing: Comparing) -> None:
        self._comparing = comparing

    async def eras(self) -> dict[str, Any]:
        """The eras that were raised, the number of the next, and the gap that asks for it."""
        return {
            "next": await self._comparing.next_era(),
            "gap": gap_of(self._comparing),
            "raised": await self._comparing.ask(self._comparing.eras.raised),
        }

    async def raise_era(self, new: NewEra, asks: Asks) -> dict[str, Any]:
        """Go on with positions that nobody has seen; the gap that was found is kept with the era.

        Raises Problem 409 when another number is next.
        """
        if new.number != (number := await self._comparing.next_era()):
            raise _other(number)
        try:
            await self._comparing.raise_era(number, f"{asks.organisation}/{asks.actor}")
        except EraRaised:
            raise _other(number + 1) from None
        raised = await self._comparing.ask(self._comparing.eras.raised)
        return {"era": raised[-1]}

    async def gap(
        self,
        number: int,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
    ) -> dict[str, Any]:
        """What the topics hold and the store did not when this era was raised, or is to be."""
        open_gap = self._comparing.gap
        if open_gap is not None and number == open_gap.era:
            page = open_gap.events[after : after + limit]
            rows = [{"ordinal": n, **_shown(event)} for n, event in enumerate(page, after + 1)]
        else:
            rows = await self._comparing.ask(self._comparing.eras.gap, number, after, limit)
        return {"gap": rows, "next": rows[-1]["ordinal"] if len(rows) == limit else None}

    async def seen(self, topic: Annotated[str, Query(max_length=200)]) -> dict[str, Any]:
        """How far this service has read a topic, and the sequences seen of each publisher's lane.

        An event on this partition with a lane and a sequence that is not above was seen.
        """
        partitions = await self._comparing.ask(self._comparing.eras.seen, topic)
        return {"topic": topic, "partitions": partitions}


def eras_router(comparing: Comparing) -> APIRouter:
    """The routes that every service has."""
    router, desk = APIRouter(), ErasDesk(comparing)
    for path, endpoint, method, status in (
        ("/v1/eras", desk.eras, "GET", 200),
        ("/v1/eras", desk.raise_era, "POST", 201),
        ("/v1/eras/{number}/gap", desk.gap, "GET", 200),
        ("/v1/seen", desk.seen, "GET", 200),
    ):
        said: dict[str, Any] = {"status_code": status, "tags": ["operations"]}
        router.add_api_route(path, endpoint, methods=[method], response_model=None, **said)
    return router


def gap_of(comparing: Comparing) -> dict[str, Any] | None:
    """A gap that is open: the era that closes it, and how many events; None when there is none."""
    if (gap := comparing.gap) is None:
        return None
    return {"era": gap.era, "events": len(gap.events), "more": gap.more}


def _shown(event: GapEvent) -> dict[str, Any]:
    shown = msgspec.structs.asdict(event)
    del shown["digest"]
    return {"id": event_id(event.lane, event.sequence), **shown, "restored_as": None}


def _other(number: int) -> Problem:
    words = "The era was raised, or another number was meant"
    return Problem(409, "ERA_NOT_NEXT", words, f"The next era is {number}.", next=number)
