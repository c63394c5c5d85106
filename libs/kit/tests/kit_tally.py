"""A service without business, for the kit's tests: it tallies what it hears."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from inkoop_events.catalogue import schema_uri
from inkoop_events.envelope import Envelope, source_of, to_headers
from inkoop_kit.hearing import Hearing, Recalled, Subscription
from inkoop_kit.lanes import event_id, lane_of
from inkoop_kit.streams import Ask, Cause, Kind, Refused, Told
from inkoop_kit.views import Column, View

OPERATOR = "00000003123456780000"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Added:
    """A number was added."""

    TYPE: ClassVar[str] = "added"
    VERSION: ClassVar[int] = 1

    number: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The sum so far."""

    total: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """Something was counted: a message that the tally hears."""

    TYPE: ClassVar[str] = "nl.inkoop.thing.counted.v1"

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class TallyGrown:
    """A tally has grown: what the tally tells."""

    TYPE: ClassVar[str] = "nl.inkoop.tally.grown.v1"
    TOPIC: ClassVar[str] = "kit.tally.told"

    department: str
    key: str
    number: int


def evolve(tally: Tally, fact: Added) -> Tally:
    """Add."""
    return Tally(tally.total + fact.number, tally.count + 1)


TALLY: Kind[Tally, Added] = Kind("tally", (Added,), Tally, evolve)


@dataclass(frozen=True, slots=True)
class Laid:
    """Something was laid on a pile."""

    TYPE: ClassVar[str] = "laid"
    VERSION: ClassVar[int] = 1

    text: str


@dataclass(frozen=True, slots=True)
class Pile:
    """All that lies on it: a state that grows."""

    texts: tuple[str, ...] = ()


PILE: Kind[Pile, Laid] = Kind(
    "pile", (Laid,), Pile, lambda pile, fact: Pile((*pile.texts, fact.text))
)


def _rows(told: Told[Tally, Added]) -> Iterable[tuple[object, ...]]:
    yield told.key, OPERATOR, told.state.total, told.state.count, told.cause.occurred_at


TALLIES: View[Tally, Added] = View(
    "tallies",
    TALLY,
    (
        Column("name", "text", key=True),
        Column("department", "text"),
        Column("total", "bigint"),
        Column("count", "bigint"),
        Column("last", "timestamptz"),
    ),
    _rows,
)
TABLE = """
create table tallies (lane int not null, name text primary key, department text, total bigint,
    count bigint, last timestamptz);
alter table tallies enable row level security;
create policy own on tallies to :service using (true);
create policy theirs on tallies to :reader
    using (department = current_setting('inkoop.organisation', true));
grant select, insert, update, delete on tallies to :service;
grant select on tallies to :reader;
"""


def add(name: str, number: int) -> Ask[Tally, Added]:
    """Add a number; nothing below zero."""

    def decide(tally: Tally) -> Iterable[Added]:
        if number < 0:
            raise Refused("NEGATIVE", "a tally only grows")
        if number:
            yield Added(number)

    return Ask(TALLY, name, decide)


def lay(name: str, *texts: str) -> Ask[Pile, Laid]:
    """Lay these on a pile."""
    return Ask(PILE, name, lambda _: [Laid(text) for text in texts])


def count(event: Counted, cause: Cause) -> Ask[Tally, Added]:
    """What is asked when something was counted."""
    return add(event.name, event.number)


def hearing(topic: str) -> Hearing:
    """Hears Counted on this topic."""
    return Hearing([Subscription(topic, Counted, count)])


def cause(id_: str = "command/1") -> Cause:
    """Any cause."""
    return Cause(id_, "tester", OPERATOR, "c-1", NOW)


def counted(
    topic: str, sequence: int, name: str, number: int = 1, *, source_lane: int = 0, offset: int = 0
) -> Recalled:
    """A message that something was counted, as the publisher's `sequence`-th."""
    return Recalled(
        topic,
        lane_of(name),
        offset,
        name.encode(),
        b'{"name":"%s","number":%d}' % (name.encode(), number),
        to_headers(envelope(sequence, source_lane)),
    )


def envelope(sequence: int, source_lane: int = 0) -> Envelope:
    """The envelope of the `sequence`-th event of a publisher's lane."""
    return Envelope(
        id=event_id(source_lane, sequence),
        source=source_of(OPERATOR, "counter"),
        type=Counted.TYPE,
        time=NOW,
        subject="thing",
        dataschema=schema_uri(Counted.TYPE),
        lane=source_lane,
        sequence=sequence,
        department=OPERATOR,
        supplier=None,
        cause="command/1",
        actor="tester",
        organisation=OPERATOR,
        correlation="c-1",
        trace=None,
    )
