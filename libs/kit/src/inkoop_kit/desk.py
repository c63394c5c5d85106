"""The desk: where HTTP asks for decisions and reads views; what waits is written together."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import psycopg

from inkoop_kit.batch import Batch, CommandRow, Current
from inkoop_kit.codec import Codec
from inkoop_kit.lanes import event_id
from inkoop_kit.postgres import UNANSWERED, UNWRITABLE
from inkoop_kit.queries import Queries, TrailEntry
from inkoop_kit.store import CommandKnown, Store, Stored, Written
from inkoop_kit.streams import Ask, Cause, Refused, stream_of
from inkoop_kit.views import View

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLimits:
    """How much a desk takes at once, and how often."""

    commands: int = 500
    """Of one batch."""
    waiting: int = 5000
    """Commands that may wait."""
    room: int = 64 * 1024 * 1024
    """Bytes of documents in a batch, or one larger one: PostgreSQL takes no message of 1 GiB."""
    pace: float = 0.05
    """Seconds from the start of a batch to that of the next. Each is felt by all services behind:
    its statement, a pass of the relay, a poll and a batch there. Who comes alone does not wait."""


@dataclass(frozen=True, slots=True)
class Command:
    """Who asks, and when; a repetition is known by `id`, and that it differs by `fingerprint`."""

    id: str
    fingerprint: str
    actor: str
    organisation: str
    correlation: str
    trace: str | None
    occurred_at: datetime

    def cause(self) -> Cause:
        """The command as the cause of its facts."""
        return Cause(
            id=f"command/{self.id}",
            actor=self.actor,
            organisation=self.organisation,
            correlation=self.correlation,
            occurred_at=self.occurred_at,
            trace=self.trace,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command led to: its facts and their event ids; `repeated` when it had been done."""

    facts: tuple[Any, ...]
    events: tuple[str, ...]
    repeated: bool = False


class CommandConflict(Exception):  # noqa: N818 — the caller's mistake
    """The id of this command was used before, for something else."""


class Busy(Exception):  # noqa: N818 — a state of affairs
    """Too many commands wait, or PostgreSQL is away: try again after `retry_after` seconds."""

    def __init__(self, why: str, retry_after: int = 2) -> None:
        super().__init__(why)
        self.retry_after = retry_after


Said = Answer | Refused | CommandConflict


@dataclass(slots=True)
class _Waiting:
    ask: Ask[Any, Any]
    command: Command
    said: "asyncio.Future[Said]"


class Desk:
    """Commands and questions of one service, as a supervised task of its application.

    `wake` is called after each batch that holds facts. A batch is what waits at that moment, as
    far as the limits allow.
    """

    def __init__(
        self,
        store: Store,
        queries: Queries,
        codecs: Mapping[str, Codec[Any, Any]],
        views: Sequence[View[Any, Any]],
        wake: Callable[[], None],
        limits: DeskLimits = DeskLimits(),
    ) -> None:
        self._store, self._queries, self._wake = store, queries, wake
        self._codecs, self._views = codecs, views
        self._limits, self._began = limits, 0.0
        self._waiting: list[_Waiting] = []
        self._work = asyncio.Event()
        self._stopping = False
        self._working = asyncio.Event()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="desk-writer")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="desk-reader")
        self.progress = time.monotonic()

    async def run(self) -> None:
        """Carry out what is asked until stopped."""
        self._working.set()
        while not (self._stopping and not self._waiting):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), 1.0)
            self._work.clear()
            self.progress = time.monotonic()
            while self._waiting:
                await self._wait_for_more()
                self.progress = self._began = time.monotonic()
                taken, self._waiting = self._take()
                await self._carry_out(taken)
        self._writer.shutdown(wait=False)
        self._reader.shutdown(wait=False)

    def stop(self) -> None:
        """Stop when what waits is done."""
        self._stopping = True
        self._work.set()

    def status(self) -> dict[str, Any]:
        """How many commands wait."""
        return {"waiting": len(self._waiting)}

    async def ask(self, ask: Ask[Any, Any], command: Command) -> Answer:
        """Ask one decision. Raises Refused, CommandConflict or Busy."""
        [said] = await self.ask_many([(ask, command)])
        if isinstance(said, Answer):
            return said
        raise said

    async def ask_many(self, asked: Sequence[tuple[Ask[Any, Any], Command]]) -> list[Said]:
        """Ask many at once, each for itself: one that is refused does not touch the others.

        Raises Busy, and then none was carried out for certain: ask again with the same ids.
        """
        try:
            await asyncio.wait_for(self._working.wait(), 1.0)
        except TimeoutError:
            raise Busy("this service is still starting") from None
        most = self._limits.waiting + self._limits.commands
        if self._stopping or len(self._waiting) + len(asked) > most:
            raise Busy("too many commands wait")
        loop = asyncio.get_running_loop()
        waiting = [_Waiting(ask, command, loop.create_future()) for ask, command in asked]
        self._waiting += waiting
        self._work.set()
        said = await asyncio.gather(*(one.said for one in waiting), return_exceptions=True)
        for one in said:
            if isinstance(one, BaseException) and not isinstance(one, Refused | CommandConflict):
                raise one
        return [one for one in said if isinstance(one, Answer | Refused | CommandConflict)]

    async def read(
        self, organisation: str, query: str, values: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Rows of the service's views that this organisation may see. Raises Busy."""
        return await self._query(self._queries.read, organisation, query, values or {})

    async def trail(self, streams: Sequence[str]) -> list[TrailEntry]:
        """Every fact of these streams in the order of recording. Raises Busy."""
        return await self._query(self._queries.trail, streams)

    async def original(self, sha256: str) -> tuple[str, bytes] | None:
        """The media type and bytes that were received with this hash. Raises Busy."""
        return await self._query(self._queries.original, sha256)

    async def _wait_for_more(self) -> None:
        """Under load, until it is time for a batch or there is enough for one."""
        early = self._began + self._limits.pace - time.monotonic()
        if early > 0 and len(self._waiting) < self._limits.commands:
            await asyncio.sleep(early)

    def _take(self) -> tuple[list[_Waiting], list[_Waiting]]:
        """As much as goes into one batch: a command id once, so that its repeat finds the first."""
        taken: dict[str, _Waiting] = {}
        later: list[_Waiting] = []
        room = self._limits.room
        for one in self._waiting:
            room -= sum(len(original.data) for original in one.ask.originals)
            fits = len(taken) < self._limits.commands and (room >= 0 or not taken)
            if fits and one.command.id not in taken and not later:
                taken[one.command.id] = one
            else:
                later.append(one)
        return list(taken.values()), later

    async def _carry_out(self, taken: Sequence[_Waiting]) -> None:
        loop = asyncio.get_running_loop()
        try:
            said = await loop.run_in_executor(self._writer, self._decide_and_write, taken)
        except UNWRITABLE as error:
            said = await self._one_by_one(taken, error)
        except UNANSWERED as error:
            log.warning("PostgreSQL does not answer: %s", error)
            said = [Busy("the database does not answer", 5)] * len(taken)
        for one, answer in zip(taken, said, strict=True):
            if one.said.done():
                continue
            if isinstance(answer, Answer):
                one.said.set_result(answer)
            else:
                one.said.set_exception(answer)

    async def _one_by_one(
        self, taken: Sequence[_Waiting], error: psycopg.Error
    ) -> list[Answer | Exception]:
        """PostgreSQL refuses something in the batch: only whose it is shall hear so."""
        if len(taken) == 1:
            return [Refused("UNWRITABLE", f"this cannot be stored: {error.diag.message_primary}")]
        for one in taken:
            await self._carry_out([one])
        return [Busy("never heard")] * len(taken)

    def _decide_and_write(self, taken: Sequence[_Waiting]) -> list[Answer | Exception]:
        """Repeats are rare: they are looked up once the store, or a refusal, hints at one."""
        known: dict[str, CommandRow] | None = None
        while True:
            states = self._store.load(
                {stream_of(one.ask.kind.name, one.ask.key): one.ask.kind for one in taken}
            )
            batch = Batch(self._codecs, self._views)
            said = [self._one(batch, one, known or {}, states) for one in taken]
            refused = any(isinstance(one, Exception) for one in said)
            if known is None and refused:
                verdict = CommandKnown()
            elif batch.commands:
                verdict = self._store.write(batch)
            else:
                return [_answer(one, {}) for one in said]
            if isinstance(verdict, Written):
                if batch.facts:
                    self._wake()
                return [_answer(one, _positions(batch, verdict)) for one in said]
            if isinstance(verdict, CommandKnown):
                known = self._store.commands([one.command.id for one in taken])

    def _one(
        self,
        batch: Batch,
        one: _Waiting,
        known: Mapping[str, CommandRow],
        states: Mapping[str, Current],
    ) -> "Answer | Exception | _Decided":
        ask, command = one.ask, one.command
        if (done := known.get(command.id)) is not None:
            if done.fingerprint != command.fingerprint:
                return CommandConflict(command.id)
            return self._again(ask, done)
        try:
            facts = batch.decide(ask, command.cause(), states)
        except Exception as refused:  # a bug is this caller's 500, nobody else's
            return refused
        stream = stream_of(ask.kind.name, ask.key)
        last = batch.streams[stream].current.version
        first = last - len(facts) + 1
        batch.commands.append(CommandRow(command.id, command.fingerprint, stream, first, last))
        return _Decided(stream, first, tuple(facts))

    def _again(self, ask: Ask[Any, Any], done: CommandRow) -> Answer:
        stored: list[Stored] = []
        if done.first <= done.last:
            stored = self._store.read_stream(done.stream, done.first, done.last)
        codec = self._codecs[ask.kind.name]
        facts = tuple(codec.decode(s.type, s.schema, s.data) for s in stored)
        return Answer(facts, tuple(event_id(s.lane, s.sequence) for s in stored), repeated=True)

    async def _query(self, work: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._reader, work, *arguments)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Busy("the database does not answer", 5) from error


@dataclass(frozen=True, slots=True)
class _Decided:
    stream: str
    first: int
    facts: tuple[Any, ...]


def _positions(batch: Batch, written: Written) -> dict[tuple[str, int], str]:
    return {
        (f.stream, f.version): event_id(f.lane, written.bases[f.lane] + f.ordinal)
        for f in batch.facts
    }


def _answer(
    one: "Answer | Exception | _Decided", positions: Mapping[tuple[str, int], str]
) -> Answer | Exception:
    if not isinstance(one, _Decided):
        return one
    events = (positions[one.stream, one.first + n] for n in range(len(one.facts)))
    return Answer(one.facts, tuple(events))
