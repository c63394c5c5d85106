"""Crashes and recoveries: what died of what, how long it was away, and what it waited for."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from statistics import median

SILENT = "no answer"
"""What is said of a service that does not listen (yet)."""


@dataclass
class Recovery:
    """Something was harmed and is ready again, with all that stands on it."""

    name: str
    cause: str
    seconds: float = 0.0
    """Since the last harm that was done to it, or to what it stands on."""
    away: float = 0.0
    """Since it died, with every harm meanwhile."""
    waits: dict[str, float] = field(default_factory=lambda: defaultdict[str, float](float))
    """Seconds by what it waited for, as it said itself."""

    def described(self) -> str:
        """As a line."""
        waits = ", ".join(f"{what} {seconds:.1f}" for what, seconds in self.waits.items())
        return f"{self.seconds:.1f} s: {self.name}, {self.cause} ({waits})"


@dataclass
class Crashes:
    """What died, of what, and what came back."""

    by_cause: Counter[str] = field(default_factory=Counter[str])
    recoveries: list[Recovery] = field(default_factory=list[Recovery])
    troubles: list[str] = field(default_factory=list[str])
    """What ended though nobody did it harm, or did not come back."""

    @property
    def total(self) -> int:
        """How many so far."""
        return self.by_cause.total()

    @property
    def p50(self) -> float:
        """The median of the seconds to recovery."""
        return round(median([one.seconds for one in self.recoveries] or [0.0]), 2)

    @property
    def longest(self) -> float:
        """The longest recovery, in seconds."""
        return round(max((one.seconds for one in self.recoveries), default=0.0), 2)

    @property
    def away(self) -> float:
        """The longest time that one was away, in seconds: some are harmed on their way back."""
        return round(max((one.away for one in self.recoveries), default=0.0), 2)

    def slowest(self, number: int = 10) -> list[str]:
        """The slowest recoveries, with what took the time."""
        ordered = sorted(self.recoveries, key=lambda one: one.seconds, reverse=True)
        return [one.described() for one in ordered[:number]]


def waits_for(said: str) -> str:
    """What a service that is not ready waits for, by what `ask_ready` tells of it."""
    if said.startswith(SILENT):
        return SILENT
    return "+".join(re.findall(r'"(\w+): ', said)) or said[:40]
