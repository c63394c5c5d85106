"""A run: load and chaos together, peace, the checker, and the same input undisturbed.

python tests/crash/crash_run.py --crashes 100 --seed 7 --result bench/results/crash.json
"""

import argparse
import os
import secrets
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crash_chaos import FAILPOINTS, Chaos
from crash_checks import Finding, check, final_decisions, redelivered
from crash_clock import Clocks
from crash_disk import Disk
from crash_evidence import SERVICES, Evidence, gather, glance
from crash_keeper import Keeper
from crash_load import Load
from crash_pauses import longest_waits
from crash_recovery import Crashes
from crash_result import Result, count, load_average
from crash_stack import BreakableStack
from crash_views import rebuild_and_compare

from inkoop_local.waiting import until

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Asked:
    """What to do: one fault every `pause` seconds or so until there were so many crashes.

    Until every fault was done and every failpoint has killed, too; at most for `seconds`.
    """

    seed: int
    crashes: int = 100
    seconds: float = 600.0
    pause: float = 1.5
    workers: int = 6
    failpoints: str = FAILPOINTS
    short: bool = False
    """Whether only services are harmed, and one of them dies at failpoints; nothing is compared."""

    @property
    def places(self) -> list[str]:
        """The failpoints that must kill."""
        return [pair.partition("=")[0] for pair in self.failpoints.split(",")]


@dataclass
class Run:
    """One run on a stack, which must be closed; what is known of it so far."""

    stack: BreakableStack
    asked: Asked

    def __post_init__(self) -> None:
        self.load = Load(self.asked.seed, self.stack.urls, workers=self.asked.workers)
        self.disk = Disk(self.stack.directory / "postgres")
        self.crashes = Crashes()
        self.keeper = Keeper(self.stack, self.crashes)
        short = self.asked.short
        self.chaos = Chaos(self.stack, self.keeper, self.disk, self.asked.seed, short=short)
        self.chaos_seconds = 0.0

    def died_at(self) -> dict[str, int]:
        """How many died at each failpoint."""
        causes = self.crashes.by_cause
        return {place: causes[f"failpoint {place}"] for place in self.asked.places}

    def missing(self) -> list[str]:
        """What should have happened and did not (yet)."""
        few = self.crashes.total < self.asked.crashes
        return [
            *([f"only {self.crashes.total} of {self.asked.crashes} crashed"] if few else []),
            *(f"nobody died {place}" for place, died in self.died_at().items() if not died),
            *(f"{fault} was not done" for fault in self.chaos.undone()),
        ]

    def disturb(self) -> None:
        """Load and chaos together; afterwards all is as it should be, and stays so."""
        began, asked = time.monotonic(), self.asked
        dying = [self.stack.service("matching", 1)] if asked.short else self.stack.all_replicas()
        self.stack.own = {one.name: {"INKOOP_FAILPOINTS": asked.failpoints} for one in dying}
        self.keeper.start()
        self.load.start()
        try:
            self.stack.restart(self.keeper.blame, dying)
            self.chaos.go_on_until(lambda: not self.missing(), asked.seconds, asked.pause)
            self.stack.own = {}
            self.load.finish(300)
            self.stack.restart(self.keeper.blame, dying)
        finally:
            self.keeper.finish()
        self.chaos_seconds = round(time.monotonic() - began, 1)


def play(stack: BreakableStack, asked: Asked) -> Result:
    """Open the stack, disturb it, check it, close it, and play the same input undisturbed."""
    run, began, load = Run(stack, asked), time.monotonic(), load_average()
    try:
        stack.clocks = None if asked.short else Clocks(stack.directory / "clocks")
        stack.open(None if asked.short else run.disk)
        run.disturb()
        evidence, findings = _settle_and_check(stack, run.load)
        findings += [Finding("wrong", one) for one in run.crashes.troubles]
        findings += [Finding("unproven", one) for one in run.missing()]
        run.load.write(stack.directory.with_suffix(".submissions"))
        known: dict[str, Any] = {
            "fenced": _said(stack, "another writer was first"),
            "providers": str(stack.infrastructure),
            "left_out": _left_out(run),
            "chaos_seconds": run.chaos_seconds,
            "longest_wait_s": round(max(longest_waits(evidence).values()), 1),
        }
    finally:
        stack.keep_logs()
        stack.close()
        run.disk.unmount()
    if not asked.short:
        known["same_as_undisturbed"] = _same(run, evidence)
        if not known["same_as_undisturbed"]:
            findings.append(Finding("wrong", "final decisions differ from an undisturbed run"))
    known["seconds"] = round(time.monotonic() - began, 1)
    known["load_average"] = [load, load_average()]
    return Result(seed=asked.seed, **known, **_died(run), **_counts(run.load, evidence, findings))


def _same(run: Run, evidence: Evidence) -> bool:
    return final_decisions(evidence) == undisturbed(run.stack, run.asked, run.load.stories)


def _died(run: Run) -> dict[str, Any]:
    """What was done and what died of it."""
    crashes = run.crashes
    return {
        "crashes": crashes.total,
        "crashes_by_cause": dict(crashes.by_cause),
        "failpoints": run.died_at(),
        "faults": dict(run.chaos.faults),
        "recovery_p50_s": crashes.p50,
        "recovery_max_s": crashes.longest,
        "away_max_s": crashes.away,
        "slowest": crashes.slowest(),
    }


def _left_out(run: Run) -> list[str]:
    clocks = run.stack.clocks
    words = [clocks.missing] if clocks is not None and clocks.missing else []
    if not run.asked.short and not run.disk.mounted:
        words.append("no full disk: nobody lets us mount one")
    return words


def _counts(load: Load, evidence: Evidence, findings: list[Finding]) -> dict[str, Any]:
    """What can be counted at the end."""
    return {
        "sent": len(load.submissions),
        "decided": len(final_decisions(evidence)),
        "lost": count(findings, "lost"),
        "twice": count(findings, "twice"),
        "parked": sum(kept.parked for kept in evidence.kept.values()),
        "redelivered": redelivered(evidence),
        "retries": dict(Counter(fault for one in load.submissions for fault in one.faults)),
        "findings": [f"{one.word}: {one.what}" for one in findings],
    }


def undisturbed(
    stack: BreakableStack, asked: Asked, stories: int
) -> dict[str, tuple[str, tuple[str, ...], bool]]:
    """The final decisions on the same input when nothing goes wrong."""
    calm = BreakableStack(stack.directory.with_name(stack.directory.name + "-calm"), asked.seed)
    calm.replicas = 1
    try:
        calm.open()
        load = Load(asked.seed, calm.urls, workers=asked.workers, stories=stories)
        load.start()
        load.finish()
        wait_until_quiet(calm)
        return final_decisions(_gather(calm))
    finally:
        calm.close()


def wait_until_quiet(stack: BreakableStack, seconds: float = 120.0) -> None:
    """Wait until every event is on its topic and read by all who hear it, twice over."""
    counts: list[object] = []

    def quiet() -> bool | None:
        infrastructure = stack.infrastructure
        now = glance(infrastructure.postgres.admin_url, infrastructure.kafka.bootstrap)
        heads = {s: [lane["head"] for lane in now.kept[s].lanes] for s in SERVICES}
        told = all(
            kept.relayed[lane["lane"]] == lane["head"]
            for kept in now.kept.values()
            for lane in kept.lanes
        )
        read = all(
            row["next_offset"] == now.ends[row["topic"], row["lane"]]
            for kept in now.kept.values()
            for row in kept.tracking
        )
        counts.append(heads)
        return (told and read and counts[-2:-1] == [heads]) or None

    until(quiet, seconds, "nothing is under way any more", pause=0.3)


def _settle_and_check(stack: BreakableStack, load: Load) -> tuple[Evidence, list[Finding]]:
    stack.wait_ready()
    wait_until_quiet(stack)
    evidence = _gather(stack)
    findings = check(evidence, load.submissions)
    return evidence, findings + rebuild_and_compare(stack)


def _gather(stack: BreakableStack) -> Evidence:
    infrastructure = stack.infrastructure
    return gather(infrastructure.postgres.admin_url, infrastructure.kafka.bootstrap)


def _said(stack: BreakableStack, what: str) -> int:
    return sum(log.read_text(errors="replace").count(what) for log in stack.logs())


def main() -> int:
    """Run, write the result, say in one line what it was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--crashes", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--pause", type=float, default=1.5)
    parser.add_argument("--directory", type=Path, default=ROOT / ".local" / "crash")
    parser.add_argument("--result", type=Path, default=ROOT / ".local" / "crash.json")
    given = parser.parse_args()
    print(f"seed {given.seed} (to do it again: SEED={given.seed})", flush=True)  # noqa: T201
    asked = Asked(given.seed, given.crashes, given.seconds, given.pause)
    result = play(BreakableStack(given.directory, given.seed), asked)
    result.write(given.result)
    sys.stdout.write(result.lines() + "\n")
    return 0 if result.passed else 1


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
