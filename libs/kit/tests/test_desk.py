"""The desk: commands carried out once, each for itself, however many come together."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any, cast

import psycopg
import pytest
from kit_tally import NOW, OPERATOR, TALLIES, TALLY, Added, Tally, add
from msgspec import structs

from inkoop_kit.batch import Batch, CommandRow, codecs
from inkoop_kit.desk import Answer, Busy, Command, CommandConflict, Desk, DeskLimits
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.queries import Queries
from inkoop_kit.rebuild import rebuild
from inkoop_kit.store import Store, Verdict
from inkoop_kit.streams import Ask, Kind, Original, Refused
from inkoop_kit.testing.memory import MemoryStore
from inkoop_local.database import ServiceDatabase

NOBODY = cast("Queries", None)


def command(id_: str, fingerprint: str = "f") -> Command:
    """A command of the tester."""
    return Command(id_, fingerprint, "tester", OPERATOR, "c-1", None, NOW)


@asynccontextmanager
async def open_desk(store: Store, queries: Queries = NOBODY, **limits: Any) -> AsyncGenerator[Desk]:
    """A desk at work."""
    desk = Desk(store, queries, codecs([TALLY]), [TALLIES], lambda: None, DeskLimits(**limits))
    task = asyncio.create_task(desk.run())
    try:
        yield desk
    finally:
        desk.stop()
        await task


@pytest.mark.asyncio
class TestDesk:
    async def test_a_command_is_answered_with_its_facts_and_their_events(self) -> None:
        async with open_desk(MemoryStore([TALLY])) as desk:
            answer = await desk.ask(add("a", 5), command("1"))
        assert answer == Answer((Added(5),), ("4-1",))

    async def test_a_repeated_command_gets_the_first_answer_and_adds_nothing(self) -> None:
        store = MemoryStore([TALLY])
        async with open_desk(store) as desk:
            first = await desk.ask(add("a", 5), command("1"))
            again = await desk.ask(add("a", 5), command("1"))
        assert again == replace(first, repeated=True)
        assert len(store.facts) == 1

    async def test_a_repeat_that_would_be_refused_now_gets_the_first_answer(self) -> None:
        opening = Ask(TALLY, "a", _open)
        async with open_desk(MemoryStore([TALLY])) as desk:
            first = await desk.ask(opening, command("1"))
            again = await desk.ask(opening, command("1"))
            with pytest.raises(Refused):
                await desk.ask(opening, command("2"))
        assert again == replace(first, repeated=True)

    async def test_commands_are_looked_up_only_where_one_may_be_a_repeat(self) -> None:
        store = _Watched([TALLY])
        store.look = lambda: float(store.looked_up)
        async with open_desk(store) as desk:
            await desk.ask(add("a", 1), command("1"))
            await desk.ask(add("a", 1), command("2"))
            await desk.ask(add("a", 1), command("2"))
        assert (store.seen, store.looked_up) == ([0, 0, 0], 1)

    async def test_two_commands_of_one_id_that_come_together_are_one(self) -> None:
        store = MemoryStore([TALLY])
        async with open_desk(store) as desk:
            said = await desk.ask_many([(add("a", 5), command("1"))] * 2)
        assert [cast("Answer", one).repeated for one in said] == [False, True]
        assert len(store.facts) == 1

    async def test_the_same_id_for_something_else_is_a_conflict(self) -> None:
        async with open_desk(MemoryStore([TALLY])) as desk:
            await desk.ask(add("a", 5), command("1", "one"))
            with pytest.raises(CommandConflict):
                await desk.ask(add("a", 6), command("1", "other"))

    async def test_a_refusal_does_not_touch_its_neighbours(self) -> None:
        store = MemoryStore([TALLY])
        async with open_desk(store) as desk:
            said = await desk.ask_many(
                [(add("a", n), command(str(n))) for n in (1, -1, 2)],
            )
        assert [type(one) for one in said] == [Answer, Refused, Answer]
        assert [fact.data for fact in store.facts] == ['{"number":1}', '{"number":2}']

    async def test_who_comes_second_decides_again_on_what_is_there(self) -> None:
        store = _Interrupted([TALLY])
        async with open_desk(store) as desk:
            await desk.ask(add("a", 5), command("1"))
        assert [fact.data for fact in store.facts] == ['{"number":100}', '{"number":5}']

    async def test_many_at_once_keep_their_order(self) -> None:
        store = MemoryStore([TALLY])
        async with open_desk(store, commands=7) as desk:
            await desk.ask_many([(add("a", n), command(str(n))) for n in range(1, 51)])
        assert [fact.data for fact in store.facts] == [f'{{"number":{n}}}' for n in range(1, 51)]

    async def test_large_documents_are_written_in_portions(self) -> None:
        store = _Watched([TALLY])
        sizes = (10, 10, 10, 30, 10)
        documents = [Original(str(n), "text/plain", b"x" * size) for n, size in enumerate(sizes)]
        async with open_desk(store, room=25) as desk:
            store.look = lambda: float(len(store.facts))
            await desk.ask_many(
                [
                    (structs.replace(add("a", 1), originals=(document,)), command(document.sha256))
                    for document in documents
                ]
            )
        assert store.seen == [0, 2, 3, 4]

    async def test_a_desk_that_is_not_at_work_yet_says_so_at_once(self) -> None:
        desk = Desk(MemoryStore([TALLY]), NOBODY, codecs([TALLY]), [TALLIES], lambda: None)
        with pytest.raises(Busy, match="still starting"):
            await desk.ask(add("a", 5), command("1"))

    async def test_too_many_waiting_is_said_at_once(self) -> None:
        async with open_desk(MemoryStore([TALLY]), commands=1, waiting=2) as desk:
            with pytest.raises(Busy):
                await desk.ask_many([(add("a", n), command(str(n))) for n in range(1, 9)])

    async def test_a_database_that_is_away_is_said_with_when_to_come_back(self) -> None:
        away = PostgresStore(Database("postgresql://x@127.0.0.1:9/x", "tally", "t"), [TALLY])
        async with open_desk(away) as desk:
            with pytest.raises(Busy) as busy:
                await desk.ask(add("a", 1), command("1"))
        assert busy.value.retry_after == 5

    async def test_what_comes_soon_after_a_batch_is_written_together(self) -> None:
        store = _Watched([TALLY])
        async with open_desk(store, pace=0.3) as desk:
            store.look = lambda: float(len(store.facts))
            await desk.ask(add("a", 1), command("1"))
            second = asyncio.create_task(desk.ask(add("a", 2), command("2")))
            for _ in range(20):  # it would be taken meanwhile
                await asyncio.sleep(0)
            await asyncio.gather(second, desk.ask(add("a", 3), command("3")))
        assert store.seen == [0, 1]

    async def test_who_comes_alone_does_not_wait(self) -> None:
        async with open_desk(MemoryStore([TALLY]), pace=3600) as desk:
            async with asyncio.timeout(10):
                await desk.ask(add("a", 1), command("1"))

    async def test_a_busy_desk_makes_turns(self) -> None:
        store = _Watched([TALLY])
        async with open_desk(store, commands=1) as desk:
            store.look = lambda: desk.progress
            await desk.ask_many([(add("a", n), command(str(n))) for n in range(1, 5)])
        assert len(set(store.seen)) == 4


def _open(tally: Tally) -> list[Added]:
    if tally.count:
        raise Refused("OPEN", "it was opened before")
    return [Added(1)]


class _Interrupted(MemoryStore):
    """Somebody else writes just before the first write."""

    interrupted = False

    def write(self, batch: Batch) -> Verdict:
        if not self.interrupted:
            self.interrupted = True
            other = Batch(codecs([TALLY]))
            other.decide(add("a", 100), command("other").cause(), {})
            super().write(other)
        return super().write(batch)


class _Watched(MemoryStore):
    """Notes what it sees at each write, and how often commands are looked up."""

    look: Callable[[], float]

    def __init__(self, kinds: Sequence[Kind[Any, Any]]) -> None:
        super().__init__(kinds)
        self.seen: list[float] = []
        self.looked_up = 0

    def commands(self, ids: Sequence[str]) -> dict[str, CommandRow]:
        self.looked_up += 1
        return super().commands(ids)

    def write(self, batch: Batch) -> Verdict:
        self.seen.append(self.look())
        return super().write(batch)


@dataclass
class Rig:
    """A desk's stores in PostgreSQL."""

    store: PostgresStore
    queries: Queries
    database: Database


@pytest.mark.integration
class TestOnPostgres:
    @pytest.fixture
    def rig(self, stores: Callable[[], PostgresStore], databases: Callable[[], Database]) -> Rig:
        return Rig(stores(), Queries(databases(), "tally", OPERATOR), databases())

    @pytest.mark.asyncio
    async def test_a_tenant_sees_its_own_rows_and_nobody_elses(self, rig: Rig) -> None:
        async with open_desk(rig.store, rig.queries) as desk:
            await desk.ask(add("a", 5), command("1"))
            query = "select name, total from tallies"
            assert await desk.read(OPERATOR, query) == [{"name": "a", "total": 5}]
            assert await desk.read("00000001999999990000", query) == []
        rig.database.connection.execute("update tallies set department = '00000001999999990000'")
        async with open_desk(rig.store, rig.queries) as desk:
            assert len(await desk.read("00000001999999990000", query)) == 1

    @pytest.mark.asyncio
    async def test_what_a_table_refuses_is_refused_to_its_caller_only(
        self, rig: Rig, schema: ServiceDatabase
    ) -> None:
        with psycopg.connect(schema.owner_url, autocommit=True) as owner:
            owner.execute("alter table tally.tallies add check (total < 100)")
        async with open_desk(rig.store, rig.queries) as desk:
            said = await desk.ask_many(
                [
                    (add("a", 1), command("1")),
                    (add("b", 100), command("2")),
                    (add(token_hex(8000), 1), command("3")),  # a key that no index takes
                    (add("c", 1), command("4")),
                ]
            )
        assert [type(one) for one in said] == [Answer, Refused, Refused, Answer]

    @pytest.mark.asyncio
    async def test_a_question_cannot_write(self, rig: Rig) -> None:
        async with open_desk(rig.store, rig.queries) as desk:
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                await desk.read(OPERATOR, "delete from tallies returning name")

    @pytest.mark.asyncio
    async def test_the_trail_tells_each_fact_with_its_cause(self, rig: Rig) -> None:
        async with open_desk(rig.store, rig.queries) as desk:
            await desk.ask(add("a", 5), command("1"))
            [entry] = await desk.trail(["tally/a"])
        assert (entry.service, entry.id, entry.type, entry.key) == ("tally", "4-1", "added", "a")
        assert (entry.cause, entry.organisation, entry.data) == (
            "command/1",
            OPERATOR,
            {"number": 5},
        )

    @pytest.mark.asyncio
    async def test_a_rebuilt_view_equals_the_live_one_while_writing_goes_on(self, rig: Rig) -> None:
        async with open_desk(rig.store, rig.queries) as desk:
            await desk.ask_many([(add(f"n{n % 40}", n), command(str(n))) for n in range(1, 200)])
            rig.database.connection.execute("delete from tallies where lane % 2 = 0")
            rig.database.connection.execute("update tallies set total = -1 where lane % 2 = 1")
            loop = asyncio.get_running_loop()
            with ThreadPoolExecutor(1) as pool:
                rebuilt = loop.run_in_executor(pool, lambda: list(rebuild(rig.database, TALLIES)))
                await desk.ask_many(
                    [(add(f"n{n % 40}", n), command(str(n))) for n in range(200, 400)]
                )
                lanes = await rebuilt
            rows = await desk.read(OPERATOR, "select name, total, count from tallies")
        expected = {f"n{k}": [n for n in range(1, 400) if n % 40 == k] for k in range(40)}
        assert {row["name"]: row["total"] for row in rows} == {
            name: sum(numbers) for name, numbers in expected.items()
        }
        assert {row["name"]: row["count"] for row in rows} == {
            name: len(numbers) for name, numbers in expected.items()
        }
        assert len(lanes) == 24
