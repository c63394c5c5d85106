"""The command: `python -m bench [--quick] [ROW…]`; a ROW is the beginning of a row's id."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import time
from typing import Any

from bench.harness import RESULTS, Bench, as_results, machine, merged, versions, write_results
from bench.rows import ROWS
from inkoop_host.entry import spare_collector

GROUPS: dict[str, str] = {
    "documents.": "bench.parsing",
    "append.": "bench.appending",
    "relay.": "bench.telling",
    "rebuild.": "bench.rebuilding",
    "match.kafka.": "bench.backlog",
    "match.vs_library": "bench.backlog",
    "match.live.": "bench.live",
    "curve.": "bench.curves",
    "flow.live.": "bench.flow_live",
    "flow.large_invoice_s": "bench.flow_live",
    "flow.bulk.": "bench.flow_bulk",
    "flow.history_ratio": "bench.flow_bulk",
    "memory.": "bench.standing",
    "stack.": "bench.standing",
}
"""The beginning of a row's id → the module that measures it."""


def main() -> int:
    """Measure the rows that are asked for; 0 when every one of them could be measured."""
    options = _options()
    spare_collector()  # what runs in this process runs as in a service
    bench = Bench(options.directory, options.quick)
    wanted, head = modules(options.rows), _head(options)
    rows: list[Any] = _earlier(options.out) if options.rows else []
    now: list[Any] = []
    failed: dict[str, str] = {}
    for number, name in enumerate(wanted, 1):
        module = import_module(name)
        bench.say(f"({number}/{len(wanted)}) {module.__doc__}")
        bench.provider = "no stack"
        bench.yardsticks.clear()
        try:
            measured = list(module.measure(bench))
        except Exception as error:  # the other rows shall be measured all the same
            failed[name] = repr(error)
            bench.say(f"{name} failed: {error!r}")
            continue
        now = merged(now, as_results(measured, bench, head["began"]))
        rows = merged(rows, now)
        write_results(options.out, {**head, "failed": failed, "rows": rows})
    _show(now)
    print("\n".join(f"{name} FAILED: {why}" for name, why in failed.items()))
    return 1 if failed else 0


def modules(rows: Sequence[str]) -> list[str]:
    """The modules that measure these rows, each once, in the order of the groups."""
    ids = [row.id for row in ROWS if not rows or any(row.id.startswith(one) for one in rows)]
    found = [name for start, name in GROUPS.items() if any(i.startswith(start) for i in ids)]
    return list(dict.fromkeys(found))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="the beginning of a row's id")
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes")
    parser.add_argument("--directory", type=Path, default=Path(".local/bench"))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if not modules(options.rows):
        parser.error(f"no such row; there are {', '.join(row.id for row in ROWS)}")
    options.out = options.out or RESULTS / ("quick.json" if options.quick else "latest.json")
    return options


def _head(options: argparse.Namespace) -> dict[str, Any]:
    """What stands above the rows."""
    return {
        "began": datetime.fromtimestamp(time(), UTC).isoformat(timespec="seconds"),
        "quick": options.quick,
        "machine": machine(),
        "versions": versions(),
    }


def _earlier(path: Path) -> list[Any]:
    """The rows of the file as it is: those that are not asked for this time stay."""
    return json.loads(path.read_text())["rows"] if path.exists() else []


def _show(rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        met = {True: "met", False: "MISSED", None: ""}[row["met"]]
        rival = row["rival"]
        against = f"{rival['name']}: {rival['value']:,.4g}" if rival else ""
        budget = "" if row["budget"] is None else f"{row['budget_is']} {row['budget']:g}"
        print(
            f"{row['id']:28} {row['value']:>12,.4g} {row['unit']:12} {budget:14} {met:7} {against}"
        )


if __name__ == "__main__":
    sys.exit(main())
