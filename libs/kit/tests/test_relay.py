"""The relay's ways of reading and sending, without a broker."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError
from kit_tally import TALLY, add, cause
from msgspec import structs

from inkoop_kit.batch import Batch, codecs
from inkoop_kit.lanes import LANES
from inkoop_kit.outbox import Outbox
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.relay import send
from inkoop_kit.telling import Outgoing
from inkoop_local.waiting import until


@dataclass
class Broker:
    """Takes one message a batch, and acknowledges nothing."""

    submitted: list[int] = field(default_factory=list)

    def create_batch(self) -> "Builder":
        return Builder()

    async def send_batch(self, builder: "Builder", topic: str, *, partition: int) -> Any:
        self.submitted.append(partition)
        failed = asyncio.get_running_loop().create_future()
        failed.set_exception(KafkaTimeoutError("nobody answers"))
        return failed


@dataclass
class Builder:
    """A batch with room for one."""

    full: bool = False

    def append(self, **_: Any) -> object | None:
        was, self.full = self.full, True
        return None if was else object()

    def close(self) -> None:
        """Nothing comes any more."""


@pytest.mark.asyncio
async def test_a_batch_is_not_sent_behind_one_that_is_lost() -> None:
    """Its consumer would take what comes later for what it has seen, and drop the lost one."""
    broker = Broker()
    outgoing = [Outgoing("t", 3, b"k", b"v", [], 0, "e", None) for _ in range(3)]
    with pytest.raises(KafkaTimeoutError):
        await send(cast("AIOKafkaProducer", broker), outgoing)
    assert broker.submitted == [3]


@pytest.mark.integration
def test_a_pass_takes_as_many_bytes_as_fit_into_memory_and_at_least_a_fact(
    stores: Callable[[], PostgresStore], databases: Callable[[], Database]
) -> None:
    store, sizes = stores(), (400, 400, 400, 400, 3000, 400)
    batch = Batch(codecs([TALLY]))
    for _ in sizes:
        batch.decide(add("a", 1), cause(), {})
    pairs = zip(batch.facts, sizes, strict=True)
    batch.facts = [structs.replace(fact, data=b"x" * size * 1024) for fact, size in pairs]
    store.write(batch)
    outbox = Outbox(databases(), "tally", 0)
    outbox.share()
    passes: list[list[int]] = []
    while stored := outbox.read(250):
        passes.append([one.version for one in stored])
        outbox.sent(stored)
    assert passes == [[1, 2, 3], [4, 5], [6]]


@pytest.mark.integration
def test_what_was_read_but_not_sent_comes_again_to_the_next_relay(
    stores: Callable[[], PostgresStore], databases: Callable[[], Database]
) -> None:
    store, batch = stores(), Batch(codecs([TALLY]))
    for _ in range(5):
        batch.decide(add("a", 1), cause(), {})
    store.write(batch)
    outbox = Outbox(databases(), "tally", 0)
    outbox.share()
    first, second = outbox.read(2), outbox.read(2)
    assert outbox.more
    third = outbox.read(2)
    assert not outbox.more
    assert [one.version for one in (*first, *second, *third)] == [1, 2, 3, 4, 5]
    outbox.sent(first)
    assert outbox.read(2) == []
    outbox.close()
    until(lambda: outbox.share() or len(outbox.backlog()) == LANES, 10, "all lanes again")
    assert [one.version for one in outbox.read(5)] == [3, 4, 5]
