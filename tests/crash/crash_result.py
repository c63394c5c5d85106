"""What a run found, as JSON and as lines for people."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from crash_checks import Finding

RECOVERY_LIMIT = 15.0
"""Seconds within which everything is ready again after a crash (issue 4)."""


@dataclass
class Result:
    """The figures of one run; `findings` is empty when it passed."""

    seed: int
    providers: str
    seconds: float
    chaos_seconds: float
    load_average: list[float]
    sent: int
    decided: int
    lost: int
    twice: int
    fenced: int
    parked: int
    redelivered: int
    crashes: int
    crashes_by_cause: dict[str, int]
    failpoints: dict[str, int]
    """How many died at each; a place at which nobody died is a finding."""
    faults: dict[str, int]
    left_out: list[str]
    """What cannot be done on this machine, and why."""
    recovery_p50_s: float
    recovery_max_s: float
    away_max_s: float
    """The longest absence, with every harm that was done on the way back."""
    longest_wait_s: float
    """From the store of one service to that of the next: the event that waited longest."""
    slowest: list[str]
    retries: dict[str, int]
    same_as_undisturbed: bool | None = None
    findings: list[str] = field(default_factory=list[str])

    @property
    def passed(self) -> bool:
        """Whether everything holds, recovery in time included."""
        return not self.findings and self.recovery_max_s <= RECOVERY_LIMIT

    def write(self, path: Path) -> None:
        """Write it down."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    def lines(self) -> str:
        """The figures, for people."""
        again = f"SEED={self.seed}"
        return "\n".join(
            [
                *self.findings,
                *(f"left out: {why}" for why in self.left_out),
                f"crashes by cause: {_counts(self.crashes_by_cause)}",
                f"faults: {_counts(self.faults)}",
                f"the slowest recoveries: {'; '.join(self.slowest[:3])}",
                f"sent {self.sent}, decided {self.decided}, lost {self.lost}, twice {self.twice}, "
                f"fenced {self.fenced}, parked {self.parked}, redelivered {self.redelivered}",
                f"{self.crashes} crashes, recovery p50 {self.recovery_p50_s} s, "
                f"max {self.recovery_max_s} s (≤ {RECOVERY_LIMIT:.0f}), away {self.away_max_s} s, "
                f"longest wait of an event {self.longest_wait_s} s, "
                f"decisions as undisturbed: {self.same_as_undisturbed}",
                f"{'passed' if self.passed else 'FAILED'} in {self.seconds:.0f} s at a load of "
                f"{self.load_average[0]} to {self.load_average[1]}; again: {again}",
            ]
        )


def _counts(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(numbers.items()))


def load_average() -> float:
    """Processes that want to run, over a minute."""
    return round(os.getloadavg()[0], 1)


def count(findings: list[Finding], word: str) -> int:
    """How many findings say so."""
    return sum(one.word == word for one in findings)
