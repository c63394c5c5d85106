"""Ten minutes of everything at a fixed rate: memory must stay flat (`make soak`)."""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from statistics import median
from typing import Any

from bench.cpu import resident_mb
from bench.ear import listening, percentiles
from bench.flow_bulk import Flow
from bench.harness import RESULTS, Bench, machine, versions, write_results
from bench.messages import invoice_key
from bench.posting import CHUNK, FixedRate, orders_first
from inkoop_events.invoicing import TOPIC, InvoiceBecamePayable
from inkoop_local.stack import SERVICES

RATE = 50
"""Invoices a second, each with its order and receipt."""
GROWTH = 1.05
"""Of the median of the last third over that of the second: less is flat."""
_SAMPLE_SECONDS = 5


def main() -> int:
    """Run, sample, judge; 0 when memory is flat."""
    parser = argparse.ArgumentParser("python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--directory", type=Path, default=Path(".local/bench"))
    parser.add_argument("--out", type=Path, default=RESULTS / "soak.json")
    options = parser.parse_args()
    bench = Bench(options.directory)
    with bench.stack("soak", SERVICES) as stack:
        samples, waits = asyncio.run(_soak(bench, Flow(stack, 0), options.minutes * 60))
    growth = {service: _growth([one[service] for one in samples]) for service in SERVICES}
    flat = all(value <= GROWTH for value in growth.values())
    p50, p99 = percentiles(waits)
    head = {
        "began": datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds"),
        "minutes": options.minutes, "machine": machine(), "versions": versions(),
        "provider": bench.provider, "invoices": len(waits), "rate": RATE,
    }  # fmt: skip
    words = {"p50_ms": p50, "p99_ms": p99, "growth": growth, "flat": flat, "samples": samples}
    write_results(options.out, head | words)
    print(f"{'flat' if flat else 'NOT FLAT'}: {growth}; p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    return 0 if flat else 1


async def _soak(
    bench: Bench, flow: Flow, seconds: float
) -> tuple[list[Mapping[str, float]], list[float]]:
    samples: list[Mapping[str, float]] = []
    bootstrap = flow.stack.infrastructure.kafka.bootstrap
    posts = FixedRate(flow.urls()["invoicing"])
    async with listening(bootstrap, TOPIC, InvoiceBecamePayable.TYPE) as ear:
        watch = asyncio.create_task(_watch(bench, flow, samples))
        numbers, ends = count(1), time.monotonic() + seconds
        while time.monotonic() < ends:
            chosen = list(islice(numbers, CHUNK))
            await orders_first(flow.urls(), flow.papers, chosen)
            papers = [(invoice_key(n), flow.papers.invoice(n, n)) for n in chosen]
            await posts.post(RATE, papers)
        await ear.until(lambda: len(ear.heard) >= len(posts.sent), 60)
        watch.cancel()
    return samples, [(ear.heard[key] - due) * 1000 for key, due in posts.sent.items()]


async def _watch(bench: Bench, flow: Flow, samples: list[Mapping[str, float]]) -> None:
    began = time.monotonic()
    while True:
        sample: dict[str, Any] = {
            service: round(resident_mb(flow.stack.service(service).pid or 0), 1)
            for service in SERVICES
        }
        samples.append({"seconds": round(time.monotonic() - began), **sample})
        bench.say(f"  {sample}")
        await asyncio.sleep(_SAMPLE_SECONDS)


def _growth(megabytes: Sequence[float]) -> float:
    """The first third is for warming up."""
    third = max(1, len(megabytes) // 3)
    return median(megabytes[-third:]) / median(megabytes[third : 2 * third])


if __name__ == "__main__":
    sys.exit(main())
