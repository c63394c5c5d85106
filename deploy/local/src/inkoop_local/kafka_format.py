"""What formatting a data directory makes, kept: a copy with new ids saves a JVM start each time."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inkoop_local import state
from inkoop_local.kafka_jars import KAFKA_VERSION, cache_directory
from inkoop_local.kafka_properties import new_cluster_id

_CHECKPOINT = "bootstrap.checkpoint"
_META = "meta.properties"


@dataclass(frozen=True, slots=True)
class FormatTemplate:
    """The two files of a formatted directory, in the cache; maybe not there yet."""

    directory: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "FormatTemplate":
        """The template of our version of Kafka."""
        return cls(cache_directory(environ) / f"format-{KAFKA_VERSION}")

    def copied_to(self, data: Path) -> bool:
        """Make a formatted directory of it, with ids of its own; False where there is none yet."""
        if not (self.directory / _META).exists():
            return False
        data.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.directory / _CHECKPOINT, data / _CHECKPOINT)
        # Fresh ids: two brokers with the same could not be told apart. Written last and whole,
        # since this file is what makes the directory a formatted one.
        meta = (self.directory / _META).read_text(encoding="utf-8")
        lines = [_renewed(line) for line in meta.splitlines()]
        state.write_text(data / _META, "\n".join(lines) + "\n")
        return True

    def keep(self, data: Path) -> None:
        """Take over what the broker's own tool has just made."""
        beside = self.directory.with_suffix(f".{os.getpid()}")
        beside.mkdir(parents=True, exist_ok=True)
        for name in (_CHECKPOINT, _META):
            shutil.copyfile(data / name, beside / name)
        if not self.directory.exists():
            beside.rename(self.directory)


def _renewed(line: str) -> str:
    name, _, _ = line.partition("=")
    return f"{name}={new_cluster_id()}" if name in ("cluster.id", "directory.id") else line
