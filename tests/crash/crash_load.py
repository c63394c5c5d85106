"""The load: workers that play stories over HTTP, and a record of each submission and answer."""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
from crash_plan import Step, story
from story_market import CALLER, DEPARTMENT, SUPPLIER

PATIENCE = 180.0
"""Seconds after which a submission counts as unanswered, whatever happens to the stack."""
_PAUSE = 0.2


@dataclass
class Submission:
    """A document that was sent, as often as it took to get an answer; the bytes were the same."""

    story: int
    kind: str
    service: str
    number: str
    order: str
    sha256: str
    expects: str
    tries: int = 0
    faults: list[str] = field(default_factory=list)
    """What the tries before the answer met: no connection, 503 and the like."""
    answer: str = ""
    """accepted, repeated, duplicate, refused or unanswered."""
    decided: bool = False
    seconds: float = 0.0


class Load:
    """Plays stories from `first` on until told to stop; a story that has begun is played out."""

    def __init__(
        self,
        seed: int,
        urls: Callable[[str], Sequence[str]],
        *,
        workers: int = 8,
        stories: int | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._seed, self._urls, self._workers = seed, urls, workers
        self._last, self._patience = stories, patience
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)
        self._error: BaseException | None = None
        self.submissions: list[Submission] = []
        self.stories = 0

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def finish(self, seconds: float | None = None) -> None:
        """Begin no more stories, and wait until those that have begun are played out."""
        if self._last is None:
            self._stopping.set()
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise AssertionError(f"the load does not end: {len(self.unanswered())} unanswered")
        if self._error is not None:
            raise self._error

    def unanswered(self) -> list[Submission]:
        """What nobody answered (yet)."""
        return [one for one in self.submissions if not one.answer]

    def write(self, path: Path) -> None:
        """The record, a line of JSON each."""
        path.write_text("".join(json.dumps(asdict(one)) + "\n" for one in self.submissions))

    def _run(self) -> None:
        try:
            asyncio.run(self._play_all())
        except BaseException as error:  # told by `finish`
            self._error = error

    async def _play_all(self) -> None:
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(limits=limits, timeout=10, trust_env=False) as client:
            await asyncio.gather(*(self._work(client) for _ in range(self._workers)))

    async def _work(self, client: httpx.AsyncClient) -> None:
        while not self._stopping.is_set():
            index = next(self._numbers)
            if self._last is not None and index >= self._last:
                return
            self.stories = max(self.stories, index + 1)
            for step in story(self._seed, index):
                await self._play(client, index, step)

    async def _play(self, client: httpx.AsyncClient, index: int, step: Step) -> None:
        one = Submission(
            index, step.kind, step.service, step.number, step.order, step.sha256, step.expects
        )
        self.submissions.append(one)
        began = time.monotonic()
        await self._submit(client, step, one)
        one.seconds = round(time.monotonic() - began, 3)
        if step.awaits and one.answer in ("accepted", "repeated"):
            one.decided = await self._decided(client, step)

    async def _submit(self, client: httpx.AsyncClient, step: Step, one: Submission) -> None:
        headers = {"Content-Type": step.media_type, **CALLER}
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            one.tries += 1
            url = self._url(step.service, one.story + one.tries)
            try:
                path = f"{url}/v1/documents"
                answer = await client.post(path, content=step.body, headers=headers)
            except httpx.HTTPError as error:
                one.faults.append(type(error).__name__)
            else:
                if (said := _outcome(answer)) is not None:
                    one.answer = said
                    return
                one.faults.append(str(answer.status_code))
            await asyncio.sleep(_PAUSE)
        one.answer = "unanswered"

    async def _decided(self, client: httpx.AsyncClient, step: Step) -> bool:
        path = f"/v1/invoices/{DEPARTMENT}/{SUPPLIER}/{step.number}"
        deadline = time.monotonic() + self._patience
        for turn in itertools.count():
            if time.monotonic() > deadline:
                return False
            try:
                answer = await client.get(self._url("invoicing", turn) + path, headers=CALLER)
                if answer.is_success and _has_decision(answer.json()):
                    return True
            except httpx.HTTPError:
                pass
            await asyncio.sleep(_PAUSE)
        return False

    def _url(self, service: str, turn: int) -> str:
        urls = self._urls(service)
        return urls[turn % len(urls)]


def _has_decision(invoice: dict[str, Any]) -> bool:
    return invoice.get("state") in ("waiting", "held", "payable")


def _outcome(answer: httpx.Response) -> str | None:
    """What an answer means for the document; None for one that says: try again."""
    match answer.status_code:
        case 201:
            return "accepted"
        case 200:
            return "repeated"
        case 409:
            return "duplicate" if answer.json().get("code") == "DUPLICATE" else "refused"
        case 400:
            return "refused"
        case _:
            return None
