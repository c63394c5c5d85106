"""What a step of the demo is: a document that comes in, and what must become of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A document and the outcome that we expect.

    `answer` is what the service says at once: accepted, repeated, duplicate or refused. `invoice`
    is the key of the invoice whose `state` must then become as said, for the reasons `codes`; of
    a refused document `codes` are the rules that were broken. No key: the answer is all.
    """

    says: str
    name: str
    document: bytes
    answer: str = "accepted"
    invoice: str = ""
    state: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """Steps that belong together, and the sentence that introduces them."""

    title: str
    steps: Sequence[Step]


def numbered(chapters: Sequence[Chapter]) -> Iterator[tuple[int, Step]]:
    """All steps with their numbers, from 1."""
    yield from enumerate((step for chapter in chapters for step in chapter.steps), 1)
