"""Lanes: the partition of a key, as Kafka's default partitioner says, and positions in lanes."""

from functools import lru_cache

LANES = 24
"""Partitions of every topic and lanes of every store; never changes (design D6)."""
ERA = 2**40
"""Positions of an era: a position is era × ERA + n, dense within its era (design D2)."""

_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


@lru_cache(maxsize=65536)
def lane_of(key: str) -> int:
    """The lane of a key: (murmur2(key) & 0x7fffffff) mod 24."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % LANES


def murmur2(data: bytes) -> int:
    """Kafka's murmur2 with its seed, as an unsigned 32-bit number."""
    length = len(data)
    whole = length & ~3
    h = 0x9747B28C ^ length
    for start in range(0, whole, 4):
        k = int.from_bytes(data[start : start + 4], "little") * _M & _MASK
        k = (k ^ (k >> 24)) * _M & _MASK
        h = (h * _M & _MASK) ^ k
    if tail := data[whole:]:
        h = (h ^ int.from_bytes(tail, "little")) * _M & _MASK
    h = (h ^ (h >> 13)) * _M & _MASK
    return h ^ (h >> 15)


def event_id(lane: int, sequence: int) -> str:
    """The CloudEvents id of the fact at this position: unique within its source."""
    return f"{lane}-{sequence}"


def unsent(position: int, head: int) -> int:
    """Facts behind a position up to a head. Where an era was raised between: those of it, and one.

    So it is never zero before the position has passed the jump.
    """
    first = head - head % ERA
    return head - position if position >= first else head - first + 1
