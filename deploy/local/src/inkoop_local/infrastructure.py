"""Kafka and PostgreSQL together, in one directory: what tests, benchmarks and `up` stand on.

    with Infrastructure.start(directory, durable=False, fresh=True) as infrastructure:
        infrastructure.kafka.bootstrap
        infrastructure.postgres.admin_url

Several stacks live side by side, one per directory. Several users may share a directory: the last
one to leave the `with` stops it. Use one directory per test session: starting costs a second or
two, and what a killed session left running in it is taken over, or thrown away, by the next.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from inkoop_local.kafka import Broker, kafka
from inkoop_local.leases import Lease
from inkoop_local.postgres import Server, postgres


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """A broker and a database server, both answering when `start` returns."""

    kafka: Broker
    postgres: Server
    _lease: Lease | None = None

    @classmethod
    def choose(
        cls, directory: Path, environ: Mapping[str, str] = os.environ, *, durable: bool = True
    ) -> Self:
        """Which ones it would be; nothing is started."""
        return cls(*_chosen(directory, environ, durable=durable))

    @classmethod
    def start(
        cls,
        directory: Path,
        environ: Mapping[str, str] = os.environ,
        *,
        durable: bool = True,
        fresh: bool = False,
    ) -> Self:
        """Start both at the same time; raises StackError.

        `durable` False: fsync=off, for tests. `fresh`: without the data of earlier
        runs, unless somebody else is using the directory now.
        """
        with Lease.taken(directory / "users.lock") as (lease, is_alone):
            started = cls(*_chosen(directory, environ, durable=durable), lease)
            if fresh and is_alone:
                started.remove()
            started.ensure_started()
        return started

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
        """Stop both, unless another user of the directory is still there."""
        if self._lease is None:
            self.stop()
            return
        with self._lease.given_back() as is_last:
            if is_last:
                self.stop()


def _chosen(directory: Path, environ: Mapping[str, str], *, durable: bool) -> tuple[Broker, Server]:
    directory = directory.resolve()
    return (
        kafka(directory / "kafka", environ),
        postgres(directory / "postgres", environ, durable=durable),
    )
