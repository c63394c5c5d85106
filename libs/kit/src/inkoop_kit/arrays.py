"""PostgreSQL arrays in binary form, packed by hand: psycopg's dumpers cost more than the rows."""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import repeat

from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NULL = struct.pack("!i", -1)
_LENGTH = struct.Struct("!i").pack
_LONG = 1024
_SHORT = [_LENGTH(n) for n in range(_LONG)]
_INT8 = struct.Struct("!iq").pack
_HEAD = struct.Struct("!iiIii").pack


class Texts(list["str | bytes | None"]):
    """A text[] parameter; bytes are taken as UTF-8 that needs no encoding."""


class Ints(list[int]):
    """A bigint[] parameter; cast it where the column is smaller."""


class Moments(list[datetime]):
    """A timestamptz[] parameter of aware moments."""


class Blobs(list[bytes]):
    """A bytea[] parameter."""


def register(connection: Connection) -> None:
    """Teach a connection these four types; call it before its first cursor."""
    for dumper in (_TextsDumper, _IntsDumper, _MomentsDumper, _BlobsDumper):
        connection.adapters.register_dumper(dumper.python, dumper)


def _array(element: int, count: int, parts: Iterable[bytes], *, nulls: bool = False) -> bytes:
    if count == 0:
        return _HEAD(0, 0, element, 0, 0)[:12]
    return _HEAD(1, int(nulls), element, count, 1) + b"".join(parts)


class _TextsDumper(Dumper):
    python = Texts
    format = Format.BINARY
    oid = 1009

    def dump(self, obj: Texts) -> bytes:
        data = [item.encode() if isinstance(item, str) else item or b"" for item in obj]
        parts = [b""] * (2 * len(data))
        parts[::2] = [_SHORT[n] if n < _LONG else _LENGTH(n) for n in map(len, data)]
        parts[1::2] = data
        if nulls := None in obj:
            parts[::2] = [_NULL if item is None else parts[2 * n] for n, item in enumerate(obj)]
        return _array(25, len(obj), parts, nulls=nulls)


class _IntsDumper(Dumper):
    python = Ints
    format = Format.BINARY
    oid = 1016

    def dump(self, obj: Ints) -> bytes:
        return _array(20, len(obj), map(_INT8, repeat(8), obj))


class _MomentsDumper(Dumper):
    python = Moments
    format = Format.BINARY
    oid = 1185

    def dump(self, obj: Moments) -> bytes:
        return _array(1184, len(obj), [_INT8(8, (m - _EPOCH) // _MICROSECOND) for m in obj])


class _BlobsDumper(Dumper):
    python = Blobs
    format = Format.BINARY
    oid = 1001

    def dump(self, obj: Blobs) -> bytes:
        return _array(17, len(obj), [_LENGTH(len(item)) + item for item in obj])
