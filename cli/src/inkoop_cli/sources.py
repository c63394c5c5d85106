"""The documents that a person points at: files, folders and zip archives, read when needed."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from inkoop_cli.faults import UsageError
from inkoop_cli.sniff import HEAD, Kind, media_type, sniff

SUFFIXES = frozenset({".xml", ".json"})
"""Files of a folder or archive that are taken; a file that is named itself is always taken."""
CAP = 64 * 1024 * 1024
"""Bytes that are read of one document at most; the services' own limit is 30 MB."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document to submit: `read` gives its bytes, and gives them again when asked again."""

    name: str
    size: int
    read: Callable[[], bytes]
    kind: Kind | None
    found: str
    """The root element or JSON type that was found in it."""
    media_type: str


def find_sources(paths: Sequence[Path], kind: Kind | None = None) -> list[Source]:
    """Everything that the paths hold, in the order given, folders by name.

    `kind` forces what all of it is. Raises UsageError for a path that cannot be read.
    """
    found: list[Source] = []
    for path in paths:
        try:
            found.extend(_of_path(path, kind))
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise UsageError(f"{path} cannot be read: {why}.") from error
    return found


def _of_path(path: Path, kind: Kind | None) -> Iterator[Source]:
    if path.is_dir():
        inside = (each for each in sorted(path.rglob("*")) if each.is_file())
        for each in inside:
            if each.suffix.lower() in SUFFIXES:
                yield _of_file(each, kind)
            elif each.suffix.lower() == ".zip":
                yield from _of_archive(each, kind)
    elif zipfile.is_zipfile(path):
        yield from _of_archive(path, kind)
    else:
        yield _of_file(path, kind)


def _of_file(path: Path, kind: Kind | None) -> Source:
    with path.open("rb") as file:
        head = file.read(HEAD)
    return _source(str(path), path.stat().st_size, path.read_bytes, head, kind)


def _of_archive(path: Path, kind: Kind | None) -> Iterator[Source]:
    archive = zipfile.ZipFile(path)  # stays open for its readers; closed with the last of them
    for member in archive.infolist():
        if member.is_dir() or Path(member.filename).suffix.lower() not in SUFFIXES:
            continue
        head = _read_member(archive, member, HEAD)
        read = partial(_read_member, archive, member, CAP)
        yield _source(f"{path}/{member.filename}", member.file_size, read, head, kind)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    with archive.open(member) as file:
        return file.read(limit)


def _source(
    name: str, size: int, read: Callable[[], bytes], head: bytes, forced: Kind | None
) -> Source:
    kind, found = sniff(head)
    name = name.encode("utf-8", "replace").decode()  # file names may be no text at all
    return Source(name, size, read, forced or kind, found, media_type(head))
