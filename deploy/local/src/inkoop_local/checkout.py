"""Where things lie in the checkout that this package runs from."""

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
"""The checkout, as the package is installed from it in editable form."""

TOPICS = ROOT / "deploy/kafka/topics.yaml"


def stack_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the stack of this checkout keeps its data (INKOOP_LOCAL_DIRECTORY changes it)."""
    return Path(environ.get("INKOOP_LOCAL_DIRECTORY") or ROOT / ".local").resolve()
