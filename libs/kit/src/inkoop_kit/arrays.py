"""PostgreSQL arrays in binary form, packed by hand: psycopg's dumpers cost more than the rows."""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NULL = struct.pack("!i", -1)
_LENGTH = struct.Struct("!i").pack
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
        parts: list[bytes] = []
        nulls = False
        for item in obj:
            if item is None:
                nulls = True
                parts.append(_NULL)
                continue
            data = item if isinstance(item, bytes) else item.encode()
            parts.append(_LENGTH(len(data)))
            parts.append(data)
        return _array(25, len(obj), parts, nulls=nulls)


class _IntsDumper(Dumper):
    python = Ints
    format = Format.BINARY
    oid = 1016

    def dump(self, obj: Ints) -> bytes:
        return _array(20, len(obj), [_INT8(8, item) for item in obj])


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
