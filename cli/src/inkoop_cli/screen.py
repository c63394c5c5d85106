"""Where answers go: tables for people and JSON for machines on stdout, the rest on stderr."""

import sys
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from inkoop_cli.faults import StopError

ZONE = "Europe/Amsterdam"
"""Where the people are (design D9)."""
WIDTH_OF_A_FILE = 160
"""Columns when the answer goes into a file or pipe: wide enough not to break keys."""


def zone() -> tzinfo:
    """Amsterdam; UTC on a machine without time zones."""
    try:
        return ZoneInfo(ZONE)
    except ZoneInfoNotFoundError:
        return UTC


def people() -> Console:
    """The console for answers: as wide as the terminal."""
    return Console(
        file=sys.stdout,
        width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE,
        highlight=False,
        emoji=False,
        markup=False,  # what a document or service says is text, not markup
    )


def aside() -> Console:
    """The console for progress and complaints."""
    return Console(file=sys.stderr, highlight=False, emoji=False, markup=False, soft_wrap=True)


def machine(answer: Mapping[str, Any]) -> None:
    """Write an answer as one indented JSON document."""
    text = msgspec.json.format(msgspec.json.encode(answer), indent=2)
    sys.stdout.write(text.decode() + "\n")


def machine_line(answer: Mapping[str, Any]) -> None:
    """Write an answer as one line of JSON and give it away at once."""
    sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
    sys.stdout.flush()


def progress(unit: str, *, quiet: bool = False) -> Progress:
    """A bar on stderr that counts `unit`s; it leaves no trace."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TaskProgressColumn(show_speed=True),
        TimeElapsedColumn(),
        console=aside(),
        transient=True,
        disable=quiet or not sys.stderr.isatty(),
    )


def complain(error: StopError) -> None:
    """Tell a person what went wrong and what to do."""
    console = aside()
    console.print(Text.assemble(("inkoop: ", "bold red"), error.what))
    if error.advice:
        console.print(error.advice, style="yellow")
