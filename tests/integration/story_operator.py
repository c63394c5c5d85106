"""An operator at work: the command `inkoop`, as it is installed."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inkoop_local.stack import SERVICES


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Its answer for machines."""
        return dict(json.loads(self.out))


@dataclass(frozen=True)
class Operator:
    """Whoever knows the addresses in a `stack.json`; a service that is not there is nowhere."""

    file: Path

    def says(self, *words: str) -> Said:
        """Run `inkoop` with these words."""
        script = Path(sys.executable).parent / "inkoop"
        done = subprocess.run(
            [script, *words],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, **self._addresses(), "NO_COLOR": "1", "COLUMNS": "250"},
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def _addresses(self) -> dict[str, str]:
        services = json.loads(self.file.read_text())["services"]
        known = {name: services.get(name, {"urls": ["http://127.0.0.1:9"]}) for name in SERVICES}
        return {f"INKOOP_{name.upper()}_URLS": ",".join(known[name]["urls"]) for name in SERVICES}


def causes(trail: Sequence[dict[str, Any]], of: str) -> list[str]:
    """From the last fact of a type back to the command that it comes from: `service/type` each."""
    named = {f"{one['service']}/{one['id']}": one for one in trail}
    fact = [one for one in trail if one["type"] == of][-1]
    chain = [f"{fact['service']}/{fact['type']}"]
    while (cause := named.get(fact["cause"])) is not None:
        fact = cause
        chain.append(f"{fact['service']}/{fact['type']}")
    return [*chain, fact["cause"].partition("/")[0]]
