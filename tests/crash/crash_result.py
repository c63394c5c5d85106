"""What a run found, as JSON and as lines for people."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from crash_checks import Finding
from crash_keeper import Crashes

RECOVERY_LIMIT = 15.0
"""Seconds within which everything is ready again after a crash (issue 4)."""


@dataclass
class Result:
    """The figures of one run; `findings` is empty when it passed."""

    seed: int
    providers: str
    seconds: float
    sent: int
    decided: int
    lost: int
    twice: int
    fenced: int
    parked: int
    redelivered: int
    crashes: int
    crashes_by_cause: dict[str, int]
    faults: dict[str, int]
    recovery_p50_s: float
    recovery_max_s: float
    slowest: list[tuple[float, str]]
    retries: dict[str, int]
    same_as_undisturbed: bool | None
    findings: list[str] = field(default_factory=list[str])

    @property
    def passed(self) -> bool:
        """Whether everything holds, recovery in time included."""
        return not self.findings and self.recovery_max_s <= RECOVERY_LIMIT

    def write(self, path: Path) -> None:
        """Write it down."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def recovery(crashes: Crashes) -> tuple[float, float]:
    """Seconds to recovery: the median, and the longest."""
    seconds = crashes.recoveries or [0.0]
    return round(median(seconds), 2), round(max(seconds), 2)


def count(findings: list[Finding], word: str) -> int:
    """How many findings say so."""
    return sum(one.word == word for one in findings)
