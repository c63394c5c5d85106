"""A matching service that is held still while work is laid out for it, then let go and measured.

It is stopped by a signal and not ended, so that no start is in what is measured.
"""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event

import psycopg

from bench.cpu import Cpu, Meter
from bench.messages import offer
from inkoop_kit.telling import Outgoing
from inkoop_local.stack import DATABASE, Stack

PATIENCE = 300.0
_PROGRESS = """select (select coalesce(sum(next_offset), 0) from matching.tracking),
    (select sum(head) from matching.lane), (select sum(sequence) from matching.relay_position)"""


@dataclass(frozen=True, slots=True)
class Run:
    """So many messages were carried out, and what they led to was told."""

    messages: int
    facts: int
    seconds: float
    cpu: Cpu

    @property
    def messages_per_s(self) -> float:
        """From the moment it was let go until the last decision was acknowledged by Kafka."""
        return self.messages / self.seconds


class HeldBack:
    """The replicas of matching in a stack, and how far they are."""

    def __init__(self, stack: Stack, replicas: int = 1) -> None:
        self._stack = stack
        self._replicas = replicas
        self._meter = Meter(stack, [("matching", number) for number in range(replicas)])
        self._connection = psycopg.connect(
            stack.infrastructure.postgres.url("postgres", DATABASE), autocommit=True
        )

    def carry_out(self, outgoing: Sequence[Outgoing]) -> Run:
        """Lay these out while it is held, let it go, wait until all of it is done and told."""
        done, facts, _ = self._progress()
        self._signal(signal.SIGSTOP)
        try:
            asyncio.run(offer(self._stack.infrastructure.kafka.bootstrap, list(outgoing)))
            before, started = self._meter.read(), time.perf_counter()
        finally:
            self._signal(signal.SIGCONT)
        self.wait_for(done + len(outgoing))
        seconds = time.perf_counter() - started
        after = self._progress()
        return Run(len(outgoing), after[1] - facts, seconds, self._meter.read() - before)

    def wait_for(self, consumed: int) -> None:
        """Until so many messages are carried out and all facts are relayed. Raises TimeoutError."""
        never, deadline = Event(), time.monotonic() + PATIENCE
        while True:
            done, head, told = self._progress()
            if done >= consumed and head == told:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{done} of {consumed} messages, {told} of {head} facts told")
            never.wait(0.02)

    def consumed(self) -> int:
        """Messages carried out so far."""
        return self._progress()[0]

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _progress(self) -> tuple[int, int, int]:
        row = self._connection.execute(_PROGRESS).fetchone()
        if row is None:
            raise RuntimeError("no progress to read")
        return int(row[0]), int(row[1]), int(row[2])

    def _signal(self, number: int) -> None:
        for replica in range(self._replicas):
            if (pid := self._stack.service("matching", replica).pid) is not None:
                os.kill(pid, number)
