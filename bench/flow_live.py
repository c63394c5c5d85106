"""The whole flow live: invoices by HTTP at a fixed rate, from submission to the payable event."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, islice
from statistics import median

from bench.cpu import Cpu, Meter
from bench.ear import listening, percentiles
from bench.flow_bulk import REPLICAS, Flow
from bench.harness import WARM_SECONDS, Bench
from bench.messages import invoice_key
from bench.papers import Papers
from bench.posting import FixedRate, bulk, orders_first
from bench.rows import Measured
from inkoop_events.invoicing import TOPIC, InvoiceBecamePayable
from inkoop_local.stack import SERVICES

RATE = 200
"""Invoices a second of the row."""
LIMIT_MS = 250
BELOW = (50, 100, 150)
"""Where less is going on: an invoice then costs more, and waits less."""
LADDER = (300, 400, 500, 600, 800, 1000)


@dataclass(frozen=True, slots=True)
class Round:
    """What a rate did: milliseconds from submission to payable, and the CPU."""

    rate: int
    invoices: int
    p50: float
    p99: float
    cpu: Cpu

    @property
    def cpu_ms(self) -> float:
        """An invoice, all but the load generator."""
        return self.cpu.total / self.invoices * 1000


def measure(bench: Bench) -> Iterable[Measured]:
    """Orders and receipts are there before."""
    with bench.stack("flow-live", SERVICES, for_long=True) as stack:
        flow, seconds = Flow(stack, 0), bench.pick(10, 2)
        orders = list(range(1, bench.pick(2_000, 300) + 1))
        asyncio.run(orders_first(flow.urls(), flow.papers, orders))
        numbers = count(1)
        _at(flow, RATE, bench.pick(WARM_SECONDS, 1), orders, numbers)
        rounds: list[Round] = []
        for number in bench.turns():
            rounds.append(_at(flow, RATE, seconds, orders, numbers))
            bench.say(f"  round {number}/{bench.rounds}: {_words(rounds[-1])}")
        yield from _rows(rounds, _climb(bench, flow, orders, numbers))
        yield _large(bench, flow)


def _rows(rounds: Sequence[Round], steps: Sequence[Round]) -> Iterable[Measured]:
    p99 = [one.p99 for one in rounds]
    detail = {"p50 ms": median(one.p50 for one in rounds)}
    yield Measured("flow.live.p99_ms", p99, None, detail)
    kept = [one.rate for one in steps if one.p99 <= LIMIT_MS]
    if median(p99) <= LIMIT_MS:
        kept.append(RATE)
    waits = {f"p99 ms at {one.rate}/s": one.p99 for one in steps}
    yield Measured("flow.live.highest_per_s", [max(kept, default=0)], None, waits)
    parts = [one.cpu.per(one.invoices, 1000) for one in rounds]
    detail = {name: median(part[name] for part in parts) for name in parts[0]}
    detail |= {f"all at {one.rate}/s": one.cpu_ms for one in steps}
    yield Measured("flow.live.cpu_ms", [one.cpu_ms for one in rounds], None, detail)


def _climb(bench: Bench, flow: Flow, orders: Sequence[int], numbers: "count[int]") -> list[Round]:
    """Below the row's rate, then higher and higher until the limit is passed."""
    steps: list[Round] = []
    rates = (*BELOW, *LADDER)
    for rate in rates[: bench.pick(len(rates), 1)]:
        steps.append(_at(flow, rate, bench.pick(8, 2), orders, numbers))
        bench.say(f"  {rate}/s: {_words(steps[-1])}")
        if rate > RATE and steps[-1].p99 > LIMIT_MS:
            break
    return steps


def _at(flow: Flow, rate: int, seconds: int, orders: Sequence[int], numbers: "count[int]") -> Round:
    chosen = list(islice(numbers, rate * seconds))
    documents = [(invoice_key(n), flow.papers.invoice(n, orders[n % len(orders)])) for n in chosen]
    return asyncio.run(_offer(flow, rate, documents))


async def _offer(flow: Flow, rate: int, documents: Sequence[tuple[str, bytes]]) -> Round:
    bootstrap = flow.stack.infrastructure.kafka.bootstrap
    meter, posts = Meter(flow.stack, REPLICAS), FixedRate(flow.urls()["invoicing"])
    async with listening(bootstrap, TOPIC, InvoiceBecamePayable.TYPE) as ear:
        before = meter.read()
        await posts.post(rate, documents)
        await ear.until(lambda: len(ear.heard) >= len(documents), 120)
        cpu = meter.read() - before
    waits = [(ear.heard[key] - due) * 1000 for key, due in posts.sent.items()]
    return Round(rate, len(documents), *percentiles(waits), cpu)


def _large(bench: Bench, flow: Flow) -> Measured:
    """An invoice of 10,000 lines, with its order and receipt."""
    lines = bench.pick(10_000, 2_000)
    papers = Papers(lines)
    numbers = range(20_000_000, 20_000_000 + bench.rounds)
    seconds = [asyncio.run(_alone(flow, papers, number)) for number in numbers]
    size = len(papers.invoice(numbers[0], numbers[0]))
    return Measured("flow.large_invoice_s", seconds, None, {"lines": lines, "bytes": size})


async def _alone(flow: Flow, papers: Papers, number: int) -> float:
    bootstrap = flow.stack.infrastructure.kafka.bootstrap
    async with listening(bootstrap, TOPIC, InvoiceBecamePayable.TYPE) as ear:
        started = time.time()
        await bulk(flow.urls(), papers, [number])
        await ear.until(lambda: invoice_key(number) in ear.heard, 120)
        return ear.heard[invoice_key(number)] - started


def _words(one: Round) -> str:
    return f"p50 {one.p50:.0f} ms, p99 {one.p99:.0f} ms, {one.cpu_ms:.2f} ms CPU an invoice"
