"""What a view is: a pure function from facts to rows, which the kit writes and rebuilds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from inkoop_kit.streams import Kind, Told

S = TypeVar("S")
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view: `type` is PostgreSQL's; `key` when it is part of the primary key."""

    name: str
    type: str
    key: bool = False


@dataclass(frozen=True)
class View(Generic[S, F]):
    """One question that people ask, kept as a table of the view's name.

    `rows` gives the rows that a fact changes, whole, in the order of `columns`; the last row of a
    key counts. The table is made by the service's migration with these columns and, first, `lane
    int not null`; a column `department` keeps tenants apart (design D13).
    """

    name: str
    kind: Kind[S, F]
    columns: tuple[Column, ...]
    rows: Callable[[Told[S, F]], Iterable[tuple[Any, ...]]]
    only: tuple[type, ...] = ()
    """The facts of which alone it makes rows, and without their state: a rebuild reads no others.

    Empty: it may make rows of any fact and its state.
    """

    @cached_property
    def key(self) -> tuple[int, ...]:
        """Where the columns of the primary key stand in a row."""
        return tuple(at for at, column in enumerate(self.columns) if column.key)
