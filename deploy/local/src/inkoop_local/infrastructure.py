"""Kafka and PostgreSQL together, in one directory: what tests, benchmarks and `up` stand on.

    with Infrastructure.start(directory, durable=False) as infrastructure:
        infrastructure.kafka.bootstrap
        infrastructure.postgres.admin_url

Several stacks live side by side, one per directory. Use one directory per test session: starting
costs about a second, and what a killed session left running in it is taken over by the next.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from inkoop_local.kafka import Broker, kafka
from inkoop_local.postgres import Server, postgres


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """A broker and a database server, both answering when `start` returns."""

    kafka: Broker
    postgres: Server

    @classmethod
    def choose(
        cls, directory: Path, environ: Mapping[str, str] = os.environ, *, durable: bool = True
    ) -> Self:
        """Which ones it would be; nothing is started."""
        directory = directory.resolve()
        return cls(
            kafka(directory / "kafka", environ),
            postgres(directory / "postgres", environ, durable=durable),
        )

    @classmethod
    def start(
        cls, directory: Path, environ: Mapping[str, str] = os.environ, *, durable: bool = True
    ) -> Self:
        """Start both at the same time. `durable` False: synchronous_commit=off, for tests."""
        chosen = cls.choose(directory, environ, durable=durable)
        chosen.ensure_started()
        return chosen

    def ensure_started(self) -> None:
        """Start what does not run, both at the same time; returns when both answer."""
        with ThreadPoolExecutor(2) as threads:
            starts = [threads.submit(self.kafka.start), threads.submit(self.postgres.start)]
        for start in starts:
            start.result()

    def stop(self) -> None:
        """Stop both, data kept; what somebody else runs is left alone."""
        with ThreadPoolExecutor(2) as threads:
            stops = [threads.submit(self.kafka.stop), threads.submit(self.postgres.stop)]
        for stop in stops:
            stop.result()

    def remove(self) -> None:
        """Stop both and throw their data away; what somebody else runs is left alone."""
        self.kafka.remove()
        self.postgres.remove()

    def described(self) -> dict[str, dict[str, str | int | None]]:
        """Where they are, for .local/stack.json and for reports."""
        broker, server = self.kafka, self.postgres
        return {
            "kafka": {
                "provider": broker.provider,
                "version": broker.version,
                "bootstrap": broker.bootstrap,
                "pid": broker.pid,
            },
            "postgres": {
                "provider": server.provider,
                "version": server.version,
                "url": server.admin_url,
                "pid": server.pid,
            },
        }

    def __str__(self) -> str:
        """Providers and versions, as every report shows them."""
        broker, server = self.kafka, self.postgres
        return (
            f"Kafka {broker.version} ({broker.provider}), "
            f"PostgreSQL {server.version} ({server.provider})"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
