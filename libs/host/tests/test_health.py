import asyncio
from dataclasses import dataclass

import pytest

from inkoop_host.health import FRESH_SECONDS, PROGRESS_SECONDS, Health


@dataclass
class Loop:
    progress: float = 0.0


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    return Health(clock=clock)


@pytest.fixture
def started(health: Health) -> Health:
    for what in ("schema", "postgresql", "kafka", "era"):
        health.reached(what)
    return health


def test_it_has_started_when_everything_was_there_once(health: Health) -> None:
    health.reached("postgresql")
    health.lacks("kafka", "no broker answers")

    assert health.startup() == [
        "schema: not reached yet",
        "kafka: no broker answers",
        "era: not reached yet",
    ]

    health.reached("schema")
    health.reached("kafka")
    health.reached("era")
    health.lacks("kafka", "it went away later")
    assert health.startup() == []


def test_it_lives_as_long_as_its_loops_turn(health: Health, clock: Clock) -> None:
    health.loops["processor"] = Loop(progress=clock.now)
    clock.now += PROGRESS_SECONDS
    assert health.live() == []

    clock.now += 1
    assert health.live() == ["processor: no turn for 61 s"]


@pytest.mark.asyncio
async def test_it_does_not_live_when_a_task_has_ended(health: Health) -> None:
    async def nothing() -> None: ...

    health.tasks["relay"] = asyncio.create_task(nothing())
    assert health.live() == []
    await health.tasks["relay"]

    assert health.live() == ["relay: its task has ended"]


@pytest.mark.asyncio
async def test_what_does_not_live_is_not_ready(started: Health, clock: Clock) -> None:
    started.loops["relay"] = Loop(progress=clock.now - 2 * PROGRESS_SECONDS)

    assert await started.ready() == ["relay: no turn for 120 s"]


@pytest.mark.asyncio
async def test_it_is_not_ready_before_it_has_started(health: Health) -> None:
    assert len(await health.ready()) == 4


@pytest.mark.asyncio
async def test_it_is_ready_when_it_has_joined_and_the_database_answers(started: Health) -> None:
    joined = False
    started.conditions["processor: has not joined its group"] = lambda: joined
    started.database = lambda: True
    assert await started.ready() == ["processor: has not joined its group"]

    joined = True
    assert await started.ready() == []

    started.draining = True
    assert await started.ready() == ["draining: the process is stopping"]


@pytest.mark.asyncio
async def test_the_database_is_asked_once_a_second_whoever_asks(
    started: Health, clock: Clock
) -> None:
    answers = iter([True, False])
    started.database = lambda: next(answers)

    assert [await started.ready() for _ in range(3)] == [[], [], []]
    clock.now += FRESH_SECONDS + 0.1
    assert await started.ready() == ["postgresql: does not answer"]


@pytest.mark.asyncio
async def test_a_database_that_is_away_does_not_end_the_process(started: Health) -> None:
    started.database = lambda: False

    assert await started.ready() == ["postgresql: does not answer"]
    assert started.live() == []
