"""What so many invoices a year need, reckoned from the CPU and the bytes that were measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from inkoop_kit.lanes import LANES
from inkoop_local.stack import SERVICES

YEARS = {"2 M": 2e6, "14 M": 14e6, "1 bn": 1e9}
"""Invoices a year that are reckoned (issue 4)."""
_WORKING_SECONDS = 250 * 8 * 3600
PEAK = 5
"""The busiest minute of a year over the mean of working hours: month's end, batches."""
HEADROOM = 0.6
"""Of a core that may be used, so that latency holds and a failed node can be carried."""
_PARTS = ("python", "postgres", "broker")
_STORES = ("PostgreSQL", "Kafka")


@dataclass(frozen=True, slots=True)
class Need:
    """For a number of invoices a year: the peak, the cores by part, and what is kept."""

    peak_per_s: float
    cores: Mapping[str, float]
    terabytes: Mapping[str, float]


def need(invoices: float, cpu_ms: Mapping[str, float], sizes: Mapping[str, float]) -> Need:
    """`cpu_ms`: milliseconds of CPU an invoice, by part; `sizes`: bytes of it, by store."""
    peak = invoices / _WORKING_SECONDS * PEAK
    cores = {part: peak * cpu_ms[part] / 1000 / HEADROOM for part in _PARTS}
    kept = {name: invoices * size / 1e12 for name, size in sizes.items()}
    return Need(peak, cores, kept)


def capacity(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """The page, or what is missing for it."""
    if not {"flow.live.cpu_ms", "flow.bulk.cpu_ms"} <= rows.keys():
        return "# Capacity\n\nRun `make bench` first: this page is reckoned from its figures.\n"
    live = rows["flow.live.cpu_ms"]
    cpu_ms = {part: float(live["detail"][part]) for part in _PARTS}
    bulk = rows["flow.bulk.cpu_ms"]["detail"]
    sizes = {store: float(bulk[f"bytes in {store}"]) for store in _STORES}
    lines = [_intro(cpu_ms, sizes, live["measured"]), "", _HEAD]
    lines += [_line(name, need(count, cpu_ms, sizes)) for name, count in YEARS.items()]
    return "\n".join([*lines, "", _bottleneck(bulk, cpu_ms), ""])


_HEAD = (
    "| invoices a year | peak/s | cores Python | processes a service | cores PostgreSQL |"
    " cores broker | PostgreSQL TB a year | Kafka TB a year |\n|---|---|---|---|---|---|---|---|"
)


def _line(name: str, one: Need) -> str:
    cores = {part: f"{one.cores[part]:,.1f}" for part in _PARTS}
    processes = max(2, ceil(one.cores["python"] / len(SERVICES)))
    kept = one.terabytes
    return (
        f"| {name} | {one.peak_per_s:,.1f} | {cores['python']} | {min(processes, LANES)}"
        f"{' (all 24 lanes)' if processes > LANES else ''} | {cores['postgres']} |"
        f" {cores['broker']} | {kept['PostgreSQL']:,.2f} | {kept['Kafka']:,.3f} |"
    )


def _intro(cpu_ms: Mapping[str, float], sizes: Mapping[str, float], measured: str) -> str:
    kept = " and ".join(f"{size / 1000:,.1f} kB in {store}" for store, size in sizes.items())
    parts = ", ".join(f"{part} {cpu_ms[part]:.2f}" for part in _PARTS)
    return f"""# Capacity

Reckoned by `make bench-report` from the figures of {measured}; do not edit. An invoice of five
lines, live, costs {sum(cpu_ms.values()):.2f} ms of CPU over all processes ({parts} ms) on the
machine of [performance](performance.md), and leaves {kept}, order, receipt and the received
documents counted. Kafka keeps them compressed, and those of the bench are alike: real ones take
more there. Assumed: {_WORKING_SECONDS:,} working seconds a year, the
busiest minute {PEAK} times the mean, {HEADROOM:.0%} of a core used at the peak; live figures are
used although a busy service batches more and then costs what `flow.bulk.cpu_ms` says.

Every service runs at least twice, to survive a node; a topic has {LANES} partitions for ever, so no
service shares its work over more than {LANES} processes."""


def _bottleneck(bulk: Mapping[str, Any], cpu_ms: Mapping[str, float]) -> str:
    busy = YEARS["1 bn"] / _WORKING_SECONDS * PEAK * cpu_ms["python"] / 1000 / len(SERVICES)
    per_core = HEADROOM * 1000 / float(bulk["postgres"])
    invoices = per_core * 16 * _WORKING_SECONDS / PEAK
    parts = sorted(_PARTS, key=lambda part: -float(bulk[part]))
    order = ", ".join(f"{part} {float(bulk[part]):.2f}" for part in parts)
    return f"""## What gives way first

In bulk an invoice costs {order} ms. What costs most is not what gives way first: Python is spread
by starting another process, the broker by another broker, but the three schemas lie in one
PostgreSQL, whose WAL is one stream. At {bulk["postgres"]:.2f} ms of PostgreSQL an invoice, a core
carries {per_core:,.0f} invoices/s at the peak; 16 cores, if they were used as well as these two are
(not measured), {per_core * 16:,.0f}/s, which is {invoices / 1e6:,.0f} M invoices a year.

Past it (none of these is built or measured):

1. A server for each service: the schemas share nothing, so it is a matter of three addresses. It
   gives at most three times.
2. Lanes over several clusters: a lane's facts, states, positions and views are written by no other
   lane, and the statement that writes a batch locks lanes only. Processes that hold lanes 0 to 11
   write to one cluster, the others to a second; HTTP chooses by the key's lane. Queries that cross
   lanes ask both.
3. Python: a process uses one core, so a service has {LANES} cores at most; at 1 bn invoices the
   peak keeps {busy:,.1f} cores of a service busy. Beyond {LANES} stand new topics with more
   partitions and a migration of the stores, which design D6 excludes on purpose."""
