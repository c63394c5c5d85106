"""The store: batches of 1,000 facts through the kit, by hand, by COPY and by the library."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count, islice
from statistics import median
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from bench.harness import Bench
from bench.rows import Measured
from bench.schemas import connect, tables
from inkoop_kit.arrays import Ints, Moments, Texts, register
from inkoop_kit.batch import Batch, FactRow
from inkoop_kit.codec import encode_meta
from inkoop_kit.postgres import PostgresStore
from inkoop_kit.store import Written
from inkoop_kit.streams import Cause
from inkoop_local.stack import Stack

BATCH = 1000
DATA = b'{"evidence":"ordering/3-17","lines":[' + b'{"line":"1","quantity":"10"},' * 13 + b"{}]}"
"""About 400 bytes, as a decision on five lines has."""
WHY = Cause(
    "ordering/3-17", "system", "00000099000000001000", "0af7651916cd43dd8448eb211c80319c",
    datetime(2026, 11, 24, tzinfo=UTC), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
)  # fmt: skip
META = encode_meta(WHY)
_COLUMNS = "lane, sequence, stream, version, type, schema, data, cause, meta, occurred_at"
_TYPES = ("int2", "int8", "text", "int4", "text", "int2", "text", "text", "text", "timestamptz")
Append = Callable[[list[StoredEvent]], object]


def measure(bench: Bench) -> Iterable[Measured]:
    """Facts a second, every contender on tables of its own in one server."""
    with bench.stack("append", ()) as stack:
        contenders = _contenders(stack)
        batches = _batches()
        seconds = float(bench.pick(2, 1)) / 2
        lasting = {"library": bench.pick(5, 1)}
        said = bench.interleaved(
            {
                name: partial(rate, append, batches, lasting.get(name, seconds))
                for name, append in contenders.items()
            }
        )
    kit, library = said["kit"], said["library"]
    by_hand = {name: rounds for name, rounds in said.items() if name.startswith("hand")}
    best = max(by_hand, key=lambda name: median(by_hand[name]))
    detail = {f"{name} facts/s": median(rounds) for name, rounds in said.items()}
    detail["÷ COPY"] = median(_ratios(kit, said["COPY"]))
    yield Measured(
        "append.vs_hand", _ratios(kit, by_hand[best]), None, {"best by hand": best, **detail}
    )
    yield Measured("append.vs_library", _ratios(kit, library), None, detail)


def rate(append: Append, batches: Iterator[list[StoredEvent]], seconds: float) -> float:
    """Facts a second in as many whole batches as the time takes."""
    written, took = 0, 0.0
    while took < seconds:
        batch = next(batches)
        started = time.perf_counter()
        append(batch)
        took += time.perf_counter() - started
        written += len(batch)
    return written / took


def _batches() -> Iterator[list[StoredEvent]]:
    numbers = count(1)
    while True:
        yield [
            StoredEvent(UUID(int=number), 1, "match-decided", DATA)
            for number in islice(numbers, BATCH)
        ]


def _contenders(stack: Stack) -> dict[str, Append]:
    access = tables(stack, "matching", "append_kit")
    store = PostgresStore(connect(access, "bench"), [])
    hand = {
        "hand: unnest, packed": partial(_packed, _hand(stack, "append_packed")),
        "hand: unnest, binary": partial(_unnest, _hand(stack, "append_binary"), "b"),
        "hand: unnest, text": partial(_unnest, _hand(stack, "append_text"), "s"),
        "hand: executemany": partial(_many, _hand(stack, "append_many")),
    }
    return {
        "kit": partial(_kit, store),
        **hand,
        "COPY": partial(_copy, _hand(stack, "append_copy")),
        "library": _library(stack).insert_events,
    }


def _kit(store: PostgresStore, events: list[StoredEvent]) -> None:
    batch = Batch({})
    batch.counts[0] = len(events)
    batch.facts = [
        FactRow(
            0, ordinal, f"case/{event.originator_id}", event.originator_version, event.topic, 1,
            event.state, WHY.id, META, WHY.occurred_at,
        )
        for ordinal, event in enumerate(events, 1)
    ]  # fmt: skip
    verdict = store.write(batch)
    if not isinstance(verdict, Written):
        raise RuntimeError(f"the kit did not write: {verdict}")  # noqa: TRY004 — not a type of ours


def _hand(stack: Stack, name: str) -> psycopg.Connection:
    """The same table by the same migration, and a plain connection."""
    access = tables(stack, "matching", name)
    return psycopg.connect(
        access.url, autocommit=True, prepare_threshold=0, options="-c search_path=matching"
    )


def _unnest(connection: psycopg.Connection, form: str, events: list[StoredEvent]) -> None:
    arrays = ", ".join(f"%{form}::{one}[]" for one in _TYPES)
    query = f"insert into event ({_COLUMNS}) select * from unnest({arrays})"  # noqa: S608
    columns = zip(*_rows(events), strict=True)
    connection.execute(query.encode(), [list(column) for column in columns])


def _packed(connection: psycopg.Connection, events: list[StoredEvent]) -> None:
    """The kit's own arrays in a plain insert: against it shows what fence and lanes cost."""
    register(connection)
    lanes, sequences, streams, versions, types, schemas, data, causes, metas, moments = zip(
        *_rows(events), strict=True
    )
    arrays = "%s::int2[], %s, %s, %s::int4[], %s, %s::int2[], %s, %s, %s, %s"
    connection.execute(
        f"insert into event ({_COLUMNS}) select * from unnest({arrays})".encode(),  # noqa: S608
        [
            Ints(lanes), Ints(sequences), Texts(streams), Ints(versions), Texts(types),
            Ints(schemas), Texts(data), Texts(causes), Texts(metas), Moments(moments),
        ],
    )  # fmt: skip


def _many(connection: psycopg.Connection, events: list[StoredEvent]) -> None:
    places = ", ".join(["%s"] * len(_TYPES))
    query = f"insert into event ({_COLUMNS}) values ({places})"  # noqa: S608
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(query.encode(), _rows(events))


def _copy(connection: psycopg.Connection, events: list[StoredEvent]) -> None:
    words = f"copy event ({_COLUMNS}) from stdin (format binary)".encode()
    with connection.cursor() as cursor, cursor.copy(words) as copy:
        copy.set_types(_TYPES)
        for row in _rows(events):
            copy.write_row(row)


def _rows(events: list[StoredEvent]) -> list[tuple[Any, ...]]:
    meta = META.decode()
    return [
        (
            0, event.originator_id.int, f"case/{event.originator_id}", event.originator_version,  # pyright: ignore[reportAttributeAccessIssue] — ours are UUIDs
            event.topic, 1, event.state.decode(), WHY.id, meta, WHY.occurred_at,
        )
        for event in events
    ]  # fmt: skip


def _library(stack: Stack) -> PostgresApplicationRecorder:
    access = tables(stack, "matching", "append_library")
    owner = conninfo_to_dict(access.owner_url)
    datastore = PostgresDatastore(
        str(owner["dbname"]), str(owner["host"]), str(owner["port"]), str(owner["user"]),
        str(owner.get("password") or ""), schema="matching",
    )  # fmt: skip
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    return recorder


def _ratios(ours: Iterable[float], theirs: Iterable[float]) -> list[float]:
    return [a / b for a, b in zip(ours, theirs, strict=True)]
