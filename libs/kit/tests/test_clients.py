"""A client of Kafka is let go of, whatever becomes of it."""

import asyncio
from dataclasses import dataclass, field

import pytest

from inkoop_kit.clients import let_go


class EndsAsCancelled:
    """As aiokafka's consumer, when Kafka dies while it asks for positions."""

    async def stop(self) -> None:
        raise asyncio.CancelledError


@dataclass
class NeverEnds:
    """As any client without Kafka."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    async def stop(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()


@pytest.mark.asyncio
async def test_who_lets_go_of_one_that_ends_as_cancelled_goes_on() -> None:
    task = asyncio.create_task(let_go(EndsAsCancelled(), 5))
    await task
    assert not task.cancelled()


@pytest.mark.asyncio
async def test_nobody_waits_for_one_that_never_ends() -> None:
    client = NeverEnds()
    await let_go(client, 0.01)
    assert client.cancelled.is_set()


@pytest.mark.asyncio
async def test_who_is_cancelled_while_letting_go_ends() -> None:
    client = NeverEnds()
    task = asyncio.create_task(let_go(client, 5))
    await client.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await client.cancelled.wait()
