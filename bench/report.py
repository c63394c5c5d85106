"""Writes docs/performance.md with its plots, and docs/capacity.md, from what was measured."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import plots
from bench.capacity import capacity
from bench.harness import RESULTS

DOCS = Path(__file__).resolve().parents[1] / "docs"
_PLOTS = DOCS / "performance"
_STEADY = 1.5
"""The highest round over the lowest; beyond it something else was using the machine."""
_HEAD = """# Performance

Measured by `make bench` (one command, rows one by one: `python -m bench ROW…`), written by
`make bench-report`; do not edit. Figures are medians of the rounds of one run in which ours and the
rival took turns. fsync is on. CPU is read from /proc of every process of the stack; the load
generator is the benchmark itself and is left out. What a row is stands in `bench/rows.py`.
Unsteady: the highest round is over 1.5 times the lowest; measure such a row again on a quiet
machine. The yardstick (`bench/yardstick.py`) is the CPU time of a fixed piece of Python, in
milliseconds, before each round: where it is higher, the machine was slower, and every figure of CPU
with it. *Rested* is how many times as much a small piece costs when a core rested for 20 ms before:
so much dearer is what arrives at a fixed rate than the same in bulk, whatever the program does.
"""


def main() -> int:
    """Read the results, write the pages."""
    results = json.loads((RESULTS / "latest.json").read_text())
    rows = {row["id"]: row for row in results["rows"]}
    _PLOTS.mkdir(parents=True, exist_ok=True)
    drawn = {name: svg for name, svg in _drawn(rows).items() if svg}
    for name, svg in drawn.items():
        (_PLOTS / f"{name}.svg").write_text(svg)
    text = [_HEAD, _where(results), _table(results["rows"]), _missed(results["rows"])]
    text += [_soak_words(), *(f"![{name}](performance/{name}.svg)" for name in drawn)]
    text += [_details(results["rows"]), _profiles()]
    (DOCS / "performance.md").write_text("\n\n".join(part.strip() for part in text if part) + "\n")
    (DOCS / "capacity.md").write_text(capacity(rows))
    return 0


def _where(results: Mapping[str, Any]) -> str:
    machine, versions = results["machine"], results["versions"]
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    providers = "; ".join(sorted({row["provider"] for row in results["rows"]}))
    quick = "**Quick run: it shows that the harness works and proves nothing.**\n\n"
    return (
        (quick if results["quick"] else "")
        + f"{results['began']} · {machine['cores']} cores {machine['processor']},"
        f" {machine['memory_gb']} GB, {machine['system']}, load at the start"
        f" {machine['load_at_start'][0]} · {providers} · {used}"
    )


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        "## The rows",
        "",
        "| id | what | value | budget | | rival in the same run | rounds | yardstick | rested |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        rival = row["rival"]
        against = f"{rival['name']}: {_number(rival['value'])}" if rival else ""
        rounds = " ".join(_number(value) for value in row["rounds"])
        lines.append(
            f"| `{row['id']}` | {row['what']} | **{_number(row['value'])}** {row['unit']} |"
            f" {_budget(row)} | {_verdict(row)} | {against} | {rounds} |"
            f" {_number(row.get('yardstick_ms', ''))} |"
            f" {_number(row.get('yardstick_rested', ''))} |"
        )
    return "\n".join(lines)


def _budget(row: Mapping[str, Any]) -> str:
    sign = {"most": "≤", "least": "≥", None: ""}[row["budget_is"]]
    return "" if row["budget"] is None else f"{sign} {row['budget']:,g}"


def _verdict(row: Mapping[str, Any]) -> str:
    """Whether it is met, and a warning where the rounds say different things."""
    least, most = min(row["rounds"]), max(row["rounds"])
    met = {True: "met", False: "**missed**", None: ""}[row["met"]]
    return met if most <= _STEADY * least else f"{met} (unsteady)"


def _missed(rows: Sequence[Mapping[str, Any]]) -> str:
    """The missed rows, each with its reason from bench/results/reasons.json."""
    path = RESULTS / "reasons.json"
    reasons = json.loads(path.read_text()) if path.exists() else {}
    missed = [row["id"] for row in rows if row["met"] is False]
    lines = [f"- `{id_}`: {reasons.get(id_, 'no reason is written down yet.')}" for id_ in missed]
    return "\n".join(["## Missed budgets", "", *lines]) if lines else ""


def _drawn(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    shares = [
        (id_, _share(row), f"{_number(row['value'])} {row['unit']}")
        for id_, row in rows.items()
        if row["budget"] and row["value"]
    ]
    return {
        "budgets": plots.against_budget("Share of the budget (the line is the budget)", shares),
        "message-parts": _parts(rows, "match.kafka.cpu_us", "µs"),
        "invoice-parts": _parts(rows, "flow.bulk.cpu_ms", "ms", "flow.live.cpu_ms"),
        "history": _curve(rows, "flow.history_ratio", "invoices in history", "ms CPU an invoice"),
        "one-order": _curve(rows, "curve.order_ratio", "invoices on the order", "µs a message"),
        "rates": _curve(rows, "flow.live.highest_per_s", "invoices/s offered", "p99 ms", limit=250),
        "soak": _soak(),
    }


def _share(row: Mapping[str, Any]) -> float:
    value, budget = row["value"], row["budget"]
    return value / budget if row["budget_is"] == "most" else budget / value


def _parts(rows: Mapping[str, Mapping[str, Any]], first: str, unit: str, *others: str) -> str:
    bars = {
        id_: {
            name: value
            for name, value in rows[id_]["detail"].items()
            if name in ("python", "postgres", "broker")
        }
        for id_ in (first, *others)
        if id_ in rows
    }
    return plots.stacked("CPU by process, the load generator left out", unit, bars) if bars else ""


def _curve(
    rows: Mapping[str, Mapping[str, Any]], id_: str, x: str, y: str, limit: float | None = None
) -> str:
    if id_ not in rows:
        return ""
    points = [
        (float(found[0].replace(",", "")), float(value))
        for name, value in rows[id_]["detail"].items()
        if (found := re.findall(r"[\d,]+", name))
    ]
    return plots.lines(rows[id_]["what"], (x, y), {y: sorted(points)}, limit) if points else ""


def _soak() -> str:
    path = RESULTS / "soak.json"
    if not path.exists():
        return ""
    samples = json.loads(path.read_text())["samples"]
    services = [name for name in samples[0] if name != "seconds"]
    curves = {name: [(s["seconds"], s[name]) for s in samples] for name in services}
    return plots.lines("Memory under load", ("seconds", "MB"), curves)


def _soak_words() -> str:
    path = RESULTS / "soak.json"
    if not path.exists():
        return ""
    soak = json.loads(path.read_text())
    growth = ", ".join(f"{name} {value:.3f}" for name, value in soak["growth"].items())
    return (
        f"## The soak\n\n{soak['began']}: {soak['invoices']:,} invoices in {soak['minutes']:g}"
        f" minutes, {soak['rate']} a second,"
        f" p50 {soak['p50_ms']:.0f} ms, p99 {soak['p99_ms']:.0f} ms."
        f" Memory of the last third ÷ the second: {growth}; flat means at most 1.05:"
        f" **{'flat' if soak['flat'] else 'not flat'}**."
    )


def _details(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = ["## Beside the rows", "", "| id | |", "|---|---|"]
    for row in rows:
        words = ", ".join(f"{name} {_number(value)}" for name, value in row["detail"].items())
        if words:
            lines.append(f"| `{row['id']}` | {words} |")
    return "\n".join(lines)


def _profiles() -> str:
    path = RESULTS / "profiles.md"
    return path.read_text() if path.exists() else ""


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
