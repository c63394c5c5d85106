"""Pauses: how long events waited in each lane, by the one clock of PostgreSQL."""

from collections import defaultdict

from crash_checks import FIRST, HEARS, TOLD_BY
from crash_evidence import Evidence, once


def longest_waits(evidence: Evidence) -> dict[tuple[str, int], float]:
    """By consumer and lane: the longest time, in seconds, from one service's store to the next's.

    That is the wait for the relay and for the consumer, whichever of them was being restarted.
    """
    waits: dict[tuple[str, int], float] = defaultdict(float)
    for service, topics in HEARS.items():
        taken = {
            event["cause"]: event["recorded_at"]
            for event in evidence.kept[service].events
            if event["type"] in FIRST
        }
        for topic in topics:
            publisher = TOLD_BY[topic]
            told = {
                (event["lane"], event["sequence"]): event["recorded_at"]
                for event in evidence.kept[publisher].events
            }
            for one in once(evidence.messages[topic]):
                heard, kept = taken.get(f"{publisher}/{one.id}"), told[one.lane, one.sequence]
                place = (service, one.partition)
                if heard is not None:  # what was lost is the checker's to tell
                    waits[place] = max(waits[place], (heard - kept).total_seconds())
    return waits
