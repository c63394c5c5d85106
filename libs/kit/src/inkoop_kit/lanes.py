"""Lanes: the partition of a key, as Kafka's default partitioner says, and positions in lanes."""

from collections.abc import Iterable
from functools import lru_cache
from struct import unpack_from

LANES = 24
"""Partitions of every topic and lanes of every store; never changes (design D6)."""
ERA = 2**40
"""Positions of an era: a position is era × ERA + n, dense within its era (design D2)."""

_M = 0x5BD1E995
_MASK = 0xFFFFFFFF
_OWN = 8
"""Bytes at the end of a key that others have not in common with it, at the least."""


@lru_cache(maxsize=8192)
def lane_of(key: str) -> int:
    """The lane of a key: (murmur2(key) & 0x7fffffff) mod 24."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % LANES


def murmur2(data: bytes) -> int:
    """Kafka's murmur2 with its seed, as an unsigned 32-bit number.

    Keys of one supplier or department differ in their last digits: what stands before them is
    kept, and what four digits lead to (a quarter of the time).
    """
    length = len(data)
    whole = length & ~3
    start = max(0, whole - _OWN)
    h = _begun(data[:start], length)
    h = _folded(h, unpack_from(f"<{(whole - start) // 4}I", data, start))
    if tail := data[whole:]:
        h = (h ^ int.from_bytes(tail, "little")) * _M & _MASK
    h = (h ^ (h >> 13)) * _M & _MASK
    return h ^ (h >> 15)


@lru_cache(maxsize=4096)
def _begun(head: bytes, length: int) -> int:
    return _folded(0x9747B28C ^ length, unpack_from(f"<{len(head) // 4}I", head))


def _folded(h: int, words: Iterable[int]) -> int:
    for word in map(_mixed, words):
        h = (h * _M & _MASK) ^ word
    return h


@lru_cache(maxsize=16384)
def _mixed(word: int) -> int:
    word = word * _M & _MASK
    return (word ^ (word >> 24)) * _M & _MASK


def event_id(lane: int, sequence: int) -> str:
    """The CloudEvents id of the fact at this position: unique within its source."""
    return f"{lane}-{sequence}"


def unsent(position: int, head: int) -> int:
    """Facts behind a position up to a head. Where an era was raised between: those of it, and one.

    So it is never zero before the position has passed the jump.
    """
    return head - max(position, head - head % ERA - 1)
