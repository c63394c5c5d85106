"""Streams of facts: what a service declares of them and how it asks for a decision."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from inkoop_events.values import Refused

__all__ = ["Ask", "Cause", "Kind", "Original", "Refused", "Told", "stream_of"]

S = TypeVar("S")
F = TypeVar("F")


class Cause(msgspec.Struct, frozen=True, gc=False):
    """Why a fact came to be; stored with it, and the only way in for time, ids and people.

    `id` is `<service>/<event id>` for a message and `command/<id>` for a command. `trace` is the
    W3C traceparent of what caused it, `occurred_at` aware UTC.
    """

    # A struct, as all that is made for every message or fact: a frozen dataclass takes ten times
    # as long. Without gc: none of it can be part of a cycle.

    id: str
    actor: str
    organisation: str
    correlation: str
    occurred_at: datetime
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """Bytes as they were received, kept for ever under their SHA-256 (design D11)."""

    sha256: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Kind(Generic[S, F]):
    """A sort of stream: its facts, its state, and how one leads to the other.

    Every class in `facts` is a frozen dataclass with `TYPE: ClassVar[str]` (a stable name such as
    `invoice-presented`) and `VERSION: ClassVar[int]`. `state` is a frozen dataclass that can be
    made without arguments: the state of a stream without facts. `evolve` never refuses. Raise
    `shape` whenever the state's fields or `evolve` change: stored states are then replayed.
    """

    name: str
    facts: tuple[type, ...]
    state: type[S]
    evolve: Callable[[S, F], S]
    shape: int = 1
    upcast: "dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]]" = field(
        default_factory=dict
    )
    """(type, version) of an older fact → the step to the next version, on the decoded JSON."""
    links: "Callable[[F], str | None] | None" = None
    """The trace that a fact's span links to when it is not the trace of its cause."""
    private: tuple[type, ...] = ()
    """Facts of which nobody is ever told: the relay need not read them."""


class Ask(msgspec.Struct, Generic[S, F], frozen=True):
    """One question to one stream: the decision gets its state and returns facts, or refuses.

    A decision that refuses raises `Refused`; over HTTP that is an answer, on Kafka the message is
    parked.
    """

    kind: Kind[S, F]
    key: str
    decide: Callable[[S], Iterable[F]]
    originals: tuple[Original, ...] = ()


class Told(msgspec.Struct, Generic[S, F], frozen=True, gc=False):
    """A fact in its place: what a view makes its rows of. `state` is the state after it."""

    key: str
    lane: int
    version: int
    fact: F
    state: S
    cause: Cause


def stream_of(kind: str, key: str) -> str:
    """The name of a stream in the store."""
    return f"{kind}/{key}"
