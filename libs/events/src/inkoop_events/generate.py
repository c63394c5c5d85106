"""Write the JSON Schemas and AsyncAPI files from the classes, or check that they are current.

`python -m inkoop_events.generate` writes, `--check` only looks. Both refuse a change that a
consumer of yesterday's schema would feel: exit code 2. Drift is exit code 1.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inkoop_events.catalogue import EVENTS_BY_TYPE, asyncapi, services
from inkoop_events.compatibility import breaks
from inkoop_events.schemas import event_schema

ROOT = Path(__file__).resolve().parents[4]
"""The repository, when the package is installed from it in editable form."""
SCHEMAS = Path("libs/events/schemas")
ASYNCAPI = Path("docs/events")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code is 0, 1 (drift) or 2 (a broken treaty)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, report drift")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository")
    options = parser.parse_args(arguments)
    if broken := list(broken_promises(options.root)):
        _say("The treaty would be broken; make a new version of the event instead:", broken)
        return 2
    stale = list(drift(options.root))
    if not options.check:
        write(options.root, stale)
        _say(f"{len(stale)} files written.", [str(path) for path in stale])
        return 0
    if stale:
        _say("Not current, run `make schemas`:", [str(path) for path in stale])
    return 1 if stale else 0


def generated() -> dict[Path, str]:
    """Every generated file by its path in the repository."""
    made = {
        SCHEMAS / f"{wire_type}.json": event_schema(entry.event)
        for wire_type, entry in EVENTS_BY_TYPE.items()
    }
    made |= {ASYNCAPI / f"{service}.asyncapi.json": asyncapi(service) for service in services()}
    return {
        path: json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        for path, content in made.items()
    }


def drift(root: Path) -> Iterator[Path]:
    """The generated files that are missing, are not as the classes say, or belong to no class."""
    expected = generated()
    for path, content in expected.items():
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != content:
            yield path
    for path in (root / ASYNCAPI).glob("*.asyncapi.json"):
        if path.relative_to(root) not in expected:
            yield path.relative_to(root)


def broken_promises(root: Path) -> Iterator[str]:
    """What would change for those who rely on the committed schemas."""
    for path in sorted((root / SCHEMAS).glob("*.json")):
        wire_type = path.name.removesuffix(".json")
        committed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if wire_type not in EVENTS_BY_TYPE:
            yield f"{wire_type}: the event is gone from the catalogue"
            continue
        for problem in breaks(committed, event_schema(EVENTS_BY_TYPE[wire_type].event)):
            yield f"{wire_type}: {problem}"


def write(root: Path, paths: list[Path]) -> None:
    """Write these generated files; one that no class asks for is removed."""
    expected = generated()
    for path in paths:
        if path not in expected:
            (root / path).unlink()
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(expected[path], encoding="utf-8")


def _say(headline: str, lines: list[str]) -> None:
    sys.stdout.write("\n  ".join([headline, *lines]) + "\n")


if __name__ == "__main__":
    sys.exit(main())
