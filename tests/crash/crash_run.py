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
from crash_disk import Disk
from crash_evidence import SERVICES, Evidence, gather
from crash_keeper import Crashes, Keeper
from crash_load import Load
from crash_result import Result, count, recovery
from crash_stack import BreakableStack
from crash_views import rebuild_and_compare

from inkoop_local.waiting import until

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Asked:
    """What to do: until so many crashes or seconds, one fault every `pause` seconds or so."""

    seed: int
    crashes: int = 100
    seconds: float = 600.0
    pause: float = 2.5
    workers: int = 4
    compare: bool = True
    failpoints: str = FAILPOINTS
    short: bool = False
    """Whether only services die, one of them at failpoints too."""


def play(stack: BreakableStack, asked: Asked) -> Result:
    """One run on this stack, which must be closed; it is closed again at the end."""
    disk = Disk(stack.directory / "postgres")
    load, crashes = Load(asked.seed, stack.urls, workers=asked.workers), Crashes()
    began = time.monotonic()
    try:
        stack.open(disk)
        faults = _disturb(stack, disk, load, crashes, asked)
        evidence, findings = _settle_and_check(stack, load)
        fenced, providers = _said(stack, "another writer was first"), str(stack.infrastructure)
        findings += [Finding("wrong", f"ended by itself: {one}") for one in crashes.unexplained]
        load.write(stack.directory.with_suffix(".submissions"))
    finally:
        stack.close()
        disk.unmount()
    same = None
    if asked.compare:
        same = final_decisions(evidence) == undisturbed(stack, asked, load.stories)
        if not same:
            findings.append(Finding("wrong", "final decisions differ from an undisturbed run"))
    p50, longest = recovery(crashes)
    return Result(
        seed=asked.seed,
        providers=providers,
        seconds=round(time.monotonic() - began, 1),
        fenced=fenced,
        crashes=crashes.total,
        crashes_by_cause=dict(crashes.by_cause),
        faults=dict(faults),
        recovery_p50_s=p50,
        recovery_max_s=longest,
        slowest=crashes.slowest,
        same_as_undisturbed=same,
        **_counts(load, evidence, findings),
    )


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


def wait_until_quiet(stack: BreakableStack, seconds: float = 90.0) -> None:
    """Wait until every event is on its topic and read by all who hear it, twice over."""
    counts: list[object] = []

    def quiet() -> bool | None:
        evidence = _gather(stack)
        heads = {s: [lane["head"] for lane in evidence.kept[s].lanes] for s in SERVICES}
        told = all(
            kept.relayed[lane["lane"]] == lane["head"]
            for kept in evidence.kept.values()
            for lane in kept.lanes
        )
        read = all(
            row["next_offset"] == evidence.ends[row["topic"], row["lane"]]
            for kept in evidence.kept.values()
            for row in kept.tracking
        )
        counts.append(heads)
        return (told and read and counts[-2:-1] == [heads]) or None

    until(quiet, seconds, "nothing is under way any more", pause=0.3)


def _disturb(
    stack: BreakableStack, disk: Disk, load: Load, crashes: Crashes, asked: Asked
) -> Counter[str]:
    keeper = Keeper(stack, crashes)
    chaos = Chaos(stack, keeper, disk, asked.seed)
    dying = stack.all_replicas() if not asked.short else [stack.service("matching", 1)]
    stack.own = {one.name: {"INKOOP_FAILPOINTS": asked.failpoints} for one in dying}
    keeper.start()
    load.start()
    try:
        stack.restart(keeper.blame, dying)
        if not asked.short:
            chaos.begin_with_servers()
        chaos.go_on_until(asked.crashes, asked.seconds, asked.pause)
        stack.own = {}
        load.finish(240)
        stack.restart(keeper.blame, dying)
    finally:
        keeper.finish()
    return chaos.faults


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
    parser.add_argument("--pause", type=float, default=2.5)
    parser.add_argument("--directory", type=Path, default=ROOT / ".local" / "crash")
    parser.add_argument("--result", type=Path, default=ROOT / ".local" / "crash.json")
    given = parser.parse_args()
    print(f"seed {given.seed} (to do it again: SEED={given.seed})", flush=True)  # noqa: T201
    asked = Asked(given.seed, given.crashes, given.seconds, given.pause)
    result = play(BreakableStack(given.directory, given.seed), asked)
    result.write(given.result)
    sys.stdout.write(given.result.read_text())
    return 0 if result.passed else 1


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
