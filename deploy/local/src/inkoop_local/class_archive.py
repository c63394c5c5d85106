"""An archive of loaded classes (AppCDS): it halves the broker's start and is made by the way."""

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inkoop_local.java import java_release
from inkoop_local.kafka_jars import cache_directory

_QUIET = ("-Xlog:cds=off", "-Xlog:cds+dynamic=off")


@dataclass(frozen=True, slots=True)
class ClassArchive:
    """Where the archive lies for one JVM and one set of jars.

    The JVM ignores an archive without a word when JVM, path, size, time or order of the jars
    differ; so all of these are in its name.
    """

    path: Path

    @classmethod
    def of(cls, java: str, jars: Sequence[Path], environ: Mapping[str, str]) -> "ClassArchive":
        """The archive that fits; it may not be there yet."""
        named = [f"{jar}:{(s := jar.stat()).st_size}:{s.st_mtime_ns}" for jar in jars]
        digest = hashlib.sha256(
            "\n".join([os.path.realpath(java), java_release(java), *named]).encode()
        )
        return cls(cache_directory(environ) / "classes" / f"{digest.hexdigest()[:24]}.jsa")

    def flags(self, fresh: Path) -> tuple[str, ...]:
        """JVM flags: use the archive, or, where there is none yet, write `fresh` at a clean end."""
        if self.path.exists():
            return (f"-XX:SharedArchiveFile={self.path}", *_QUIET)
        fresh.unlink(missing_ok=True)
        return (f"-XX:ArchiveClassesAtExit={fresh}", *_QUIET)

    def keep(self, fresh: Path) -> None:
        """Take over what a broker that ended cleanly wrote."""
        if not fresh.exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(f".{os.getpid()}")
        shutil.move(fresh, beside)  # the cache may be on another disk
        beside.replace(self.path)
