"""The whole flow in bulk: order, receipt, invoice to payable, with little and much in history."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count, islice
from statistics import median

import psycopg

from bench.cpu import Cpu, Meter
from bench.ear import listening
from bench.harness import Bench
from bench.messages import invoice_key
from bench.papers import Papers
from bench.past import load
from bench.posting import bulk
from bench.rows import Measured
from inkoop_events.invoicing import TOPIC, InvoiceBecamePayable
from inkoop_local.stack import DATABASE, SERVICES, Stack

REPLICAS = tuple((service, 0) for service in SERVICES)
"""One of each."""


@dataclass
class Flow:
    """All services over a history of so many invoices."""

    stack: Stack
    history: int
    papers: Papers = field(default_factory=Papers)
    numbers: "count[int]" = field(default_factory=lambda: count(10_000_000))
    runs: list[tuple[Cpu, float, int]] = field(default_factory=list[tuple[Cpu, float, int]])

    def urls(self) -> dict[str, str]:
        """Where the services are."""
        return {service: self.stack.service(service).url for service in SERVICES}

    def load_history(self) -> None:
        """Put it there while no service runs, then start them again."""
        for service in SERVICES:
            self.stack.service(service).stop()
        load(self.stack, self.papers, self.history)
        for service in SERVICES:
            self.stack.start_service(service)

    def bytes_kept(self) -> dict[str, int]:
        """Of all that is stored: the database with its indexes, and the logs of the topics."""
        server = self.stack.infrastructure.postgres
        with psycopg.connect(server.url("postgres", DATABASE), autocommit=True) as admin:
            row = admin.execute("select pg_database_size(current_database())").fetchone()
        logs = (self.stack.directory / "kafka").rglob("inkoop.*/*.log")
        kafka = sum(log.stat().st_size for log in logs)
        return {"PostgreSQL": int(row[0]) if row else 0, "Kafka": kafka}

    def run(self, invoices: int) -> float:
        """Milliseconds of CPU an invoice, all but the load generator."""
        cpu, seconds = asyncio.run(self._run(list(islice(self.numbers, invoices))))
        self.runs.append((cpu, seconds, invoices))
        return cpu.total / invoices * 1000

    async def _run(self, numbers: list[int]) -> tuple[Cpu, float]:
        bootstrap = self.stack.infrastructure.kafka.bootstrap
        meter, wanted = Meter(self.stack, REPLICAS), {invoice_key(n) for n in numbers}
        async with listening(bootstrap, TOPIC, InvoiceBecamePayable.TYPE) as ear:
            before, started = meter.read(), time.perf_counter()
            await bulk(self.urls(), self.papers, numbers)
            await ear.until(lambda: len(ear.heard) >= len(wanted), 300)
            seconds = time.perf_counter() - started
            cpu = meter.read() - before
        if ear.heard.keys() != wanted:
            raise RuntimeError("other invoices became payable than were sent")
        return cpu, seconds


def measure(bench: Bench) -> Iterable[Measured]:
    """Stacks side by side; each takes its turn in every round."""
    histories = (200, 1_000) if bench.quick else (1_000, 10_000, 100_000)
    invoices = bench.pick(2_000, 200)
    with ExitStack() as stacks:
        flows: list[Flow] = []
        for history in histories:
            stack = stacks.enter_context(bench.stack(f"history-{history}", SERVICES))
            bench.say(f"  loading a history of {history:,} invoices")
            flows.append(Flow(stack, history))
            flows[-1].load_history()
            flows[-1].run(bench.pick(500, 50))  # caches, plans, the JVM
            flows[-1].runs.clear()
        kept = flows[0].bytes_kept()
        said = bench.interleaved(
            {f"{flow.history:,}": lambda flow=flow: flow.run(invoices) for flow in flows}
        )
        invoices_in_all = invoices * bench.rounds
        grown = {
            f"bytes in {name}": (size - kept[name]) / invoices_in_all
            for name, size in flows[0].bytes_kept().items()
        }
    least, most = (said[f"{flow.history:,}"] for flow in (flows[0], flows[-1]))
    detail = {
        name: median(cpu.per(n, 1000)[name] for cpu, _, n in flows[0].runs)
        for name in flows[0].runs[0][0].per(1, 1)
    }
    detail["invoices/s"] = median(n / seconds for _, seconds, n in flows[0].runs)
    yield Measured("flow.bulk.cpu_ms", least, None, detail | grown)
    ratios = [b / a for a, b in zip(least, most, strict=True)]
    curve = {f"ms at {name} in history": median(rounds) for name, rounds in said.items()}
    yield Measured("flow.history_ratio", ratios, None, curve)
