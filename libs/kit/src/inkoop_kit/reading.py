"""From the messages of one poll to a batch: what is new, what is asked, what is set aside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from inkoop_kit.batch import Batch, Current, Position
from inkoop_kit.codec import Codec
from inkoop_kit.hearing import (
    Heard,
    Hearing,
    Ignored,
    Message,
    Unreadable,
    key_text,
    recall,
    set_aside,
    short,
)
from inkoop_kit.store import Parked, Tracked
from inkoop_kit.streams import Kind, Refused, stream_of
from inkoop_kit.views import View


class OutOfPlace(Exception):  # noqa: N818 — what is seen, not an error of ours
    """A message stands where none should: read on from the store's position."""


@dataclass
class Progress:
    """How far one partition is read in memory, and how far the last batch that was made goes."""

    topic: str
    lane: int
    tracked: Tracked
    next_offset: int
    seen: list[int]
    sought: bool = True
    """True until the first message after a seek: only that one may come behind a gap."""
    told: int = -1
    """The offset that Kafka was told last, for those who look there."""

    @classmethod
    def at(cls, topic: str, lane: int, tracked: Tracked) -> "Progress":
        """The progress of a partition that is read on from the store's position."""
        return cls(topic, lane, tracked, tracked.next_offset, list(tracked.seen))

    def passes(self, message: Message) -> None:
        """Take a message's place. Raises OutOfPlace: nothing may be skipped or come again here."""
        early = message.offset < self.next_offset
        if early or (message.offset > self.next_offset and not self.sought):
            raise OutOfPlace(
                f"{self.topic}/{self.lane}: expected offset {self.next_offset},"
                f" got {message.offset}"
            )
        self.next_offset, self.sought = message.offset + 1, False

    def is_new(self, lane: int, sequence: int) -> bool:
        """Whether the publisher sends this event for the first time (design D4)."""
        if sequence <= self.seen[lane]:
            return False
        self.seen[lane] = sequence
        return True

    def take_position(self) -> Position:
        """The move since the last batch, which becomes the last batch."""
        tracked = self.tracked
        seen = tuple(self.seen)
        self.tracked = Tracked(tracked.cluster, self.next_offset, seen)
        return Position(
            self.topic, self.lane, tracked.cluster, tracked.next_offset, self.next_offset, seen
        )


class Result(msgspec.Struct, frozen=True, gc=False):
    """What became of one message: ok, duplicate, ignored or parked; with the facts it led to."""

    message: Message
    word: str
    heard: Heard | None = None
    facts: Sequence[Any] = ()


@dataclass
class Reading:
    """One poll's messages on their way to a batch."""

    hearing: Hearing
    codecs: Mapping[str, Codec[Any, Any]]
    views: Sequence[View[Any, Any]]
    unwritable: dict[tuple[str, int, int], str] = field(default_factory=dict)
    """Messages, by topic, partition and offset, that lead to what PostgreSQL refuses: why."""

    def hear(
        self, messages: Iterable[Message], progress: Mapping[tuple[str, int], Progress]
    ) -> list[tuple[Message, Heard | Ignored | Unreadable | None]]:
        """Understand what is new; None stands for an event that was seen before."""
        heard: list[tuple[Message, Heard | Ignored | Unreadable | None]] = []
        for message in messages:
            place = progress[message.topic, message.partition]
            place.passes(message)
            one = self._understood(message)
            envelope = one.envelope
            new = envelope is None or place.is_new(envelope.lane, envelope.sequence)
            heard.append((message, one if new else None))
        return heard

    def decide(
        self,
        heard: Iterable[tuple[Message, Heard | Ignored | Unreadable | None]],
        known: Mapping[str, Current],
        parked: set[tuple[int, str, str]],
    ) -> tuple[Batch, list[Result]]:
        """Ask every question in order; what fails is set aside, and all of its key behind it."""
        batch = Batch(self.codecs, self.views)
        results: list[Result] = []
        for message, one in heard:
            if one is None or isinstance(one, Ignored):
                results.append(Result(message, "duplicate" if one is None else "ignored"))
                continue
            if parked and _place(message) in parked:
                failed = Unreadable("behind", "a message of the same key is parked before it")
            else:
                failed = _decided(batch, one, known, results, message)
            if failed is not None:
                parked.add(_place(message))
                batch.parked.append(set_aside(message, failed.reason, failed.detail))
                results.append(Result(message, "parked"))
        return batch, results

    def release(
        self, waiting: Sequence[Parked], known: Mapping[str, Current]
    ) -> tuple[Batch, list[Result]]:
        """Ask again for parked messages, key by key in order; a key stops at its first failure."""
        batch = Batch(self.codecs, self.views)
        results: list[Result] = []
        stopped: set[tuple[int, str, str]] = set()
        for one in waiting:
            place = (one.row.lane, one.row.topic, one.row.key)
            if place in stopped:
                continue
            failed = self._again(batch, one, known, results)
            if failed is None:
                batch.released.append(one.id)
            else:
                stopped.add(place)
                batch.retried.append((one.id, failed.reason, short(failed.detail)))
        return batch, results

    def _understood(self, message: Message) -> Heard | Ignored | Unreadable:
        one = self.hearing.hear(message)
        if self.unwritable:
            place = (message.topic, message.partition, message.offset)
            if (why := self.unwritable.pop(place, None)) is not None:
                return Unreadable("unwritable", why, one.envelope)
        return one

    def streams_of_parked(self, waiting: Iterable[Parked]) -> dict[str, Kind[Any, Any]]:
        """The streams that these parked messages ask."""
        messages = (recall(one.row) for one in waiting)
        return streams_of((message, self.hearing.hear(message)) for message in messages)

    def _again(
        self, batch: Batch, one: Parked, known: Mapping[str, Current], results: list[Result]
    ) -> Unreadable | None:
        message = recall(one.row)
        heard = self._understood(message)
        if isinstance(heard, Heard):
            return _ask(batch, heard, known, results, message)
        return heard if isinstance(heard, Unreadable) else None


def _place(message: Message) -> tuple[int, str, str]:
    return message.partition, message.topic, key_text(message)


def streams_of(
    heard: Iterable[tuple[Message, Heard | Ignored | Unreadable | None]],
) -> dict[str, Kind[Any, Any]]:
    """The streams that these questions go to."""
    asks = (one.ask for _, one in heard if isinstance(one, Heard))
    return {stream_of(ask.kind.name, ask.key): ask.kind for ask in asks}


def _decided(
    batch: Batch,
    one: Heard | Unreadable,
    known: Mapping[str, Current],
    results: list[Result],
    message: Message,
) -> Unreadable | None:
    if isinstance(one, Unreadable):
        return one
    return _ask(batch, one, known, results, message)


def _ask(
    batch: Batch,
    heard: Heard,
    known: Mapping[str, Current],
    results: list[Result],
    message: Message,
) -> Unreadable | None:
    try:
        facts = batch.decide(heard.ask, heard.cause, known)
    except Refused as refused:
        return Unreadable(refused.code, refused.detail)
    except Exception as error:  # a bug sets one message aside, never stops a lane
        return Unreadable("failed", repr(error))
    results.append(Result(message, "ok", heard, facts))
    return None
