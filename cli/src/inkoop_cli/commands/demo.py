"""`inkoop demo`: a story of purchases on the real services, or your own documents."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from inkoop_cli import screen
from inkoop_cli.demo.cast import MINISTRY
from inkoop_cli.demo.foreign import run_foreign
from inkoop_cli.demo.play import Played, play
from inkoop_cli.demo.stage import stage
from inkoop_cli.demo.step import Chapter
from inkoop_cli.demo.story import Storyteller
from inkoop_cli.demo.telling import show_step, show_surprise, show_table
from inkoop_cli.faults import NOT_AS_EXPECTED
from inkoop_cli.options import LOCAL_OPERATOR, open_services
from inkoop_cli.services import Services

HELP = """\
Play a story of real purchases through all services: orders, receipts, invoices, a price too high,
a duplicate, bad input. Each step is shown live; a table at the end says what was decided and why.

Starts the local stack where none runs, and stops it again unless --keep. With --docs it is your
own documents that go through, orders first; when all their names begin with a number, that is
the order.

[bold]Examples[/]
  inkoop demo
  inkoop demo --keep
  inkoop demo --docs ~/invoices
  make demo KEEP=1 DOCS=folder

[bold]Exit codes[/] 0 every outcome as expected (with --docs: every document got a named answer),
1 one was not, 2 usage, 3 the stack could not be started.
"""
ACTOR = "demo"
_DIGITS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"

Docs = Annotated[
    Path | None,
    typer.Option(
        envvar="DOCS", exists=True, file_okay=False, help="A folder of documents to run through."
    ),
]
Keep = Annotated[bool, typer.Option(envvar="KEEP", help="Leave running what was started.")]
Patience = Annotated[float, typer.Option(help="Seconds that a step may take.")]


def demo(*, docs: Docs = None, keep: Keep = False, patience: Patience = 15.0) -> None:
    """Set the stage, play, tell how it went."""
    console = screen.people()
    with stage(console, keep=keep) as stays:
        if docs is not None:
            with open_services(LOCAL_OPERATOR, ACTOR) as services:
                good, example = run_foreign(console, services, docs, patience)
        else:
            with open_services(MINISTRY.id, ACTOR) as services:
                good, example = _run_story(console, services, patience)
        if stays:
            _say_what_next(console, example)
    if not good:
        raise typer.Exit(NOT_AS_EXPECTED)


def mark_of(moment: datetime) -> str:
    """A short mark that no other second has: for the numbers of a run's documents."""
    seconds, mark = int(moment.timestamp()), ""
    while seconds:
        seconds, digit = divmod(seconds, len(_DIGITS))
        mark = _DIGITS[digit] + mark
    return mark


def _run_story(console: Console, services: Services, patience: float) -> tuple[bool, str]:
    moment = datetime.fromtimestamp(time.time(), UTC)
    today: date = moment.date()
    began = time.monotonic()
    played = _play(console, services, Storyteller(mark_of(moment), today).chapters(), patience)
    seconds = time.monotonic() - began
    show_table(console, played)
    surprises = [each for each in played if not each.as_expected]
    for each in surprises:
        show_surprise(console, each)
    right = len(played) - len(surprises)
    console.print(f"{right} of {len(played)} outcomes as expected, in {seconds:.1f} s.")
    released = [each for each in played if each.step.invoice and each.step.name.startswith("R-")]
    return not surprises, released[0].step.invoice if released else ""


def _play(
    console: Console, services: Services, chapters: Sequence[Chapter], patience: float
) -> list[Played]:
    played: list[Played] = []
    for chapter in chapters:
        console.print(Text(f"\n{chapter.title}", "bold"))
        for step in chapter.steps:
            with console.status(step.says):
                played.append(play(services, step, patience=patience))
            show_step(console, len(played), played[-1])
    return played


def _say_what_next(console: Console, example: str) -> None:
    console.print("\nThe services still run. Try:", style="bold")
    shown = f"inkoop show {example}" if example else "inkoop show ORDER|INVOICE"
    for line in (shown, "inkoop status", "inkoop submit FILE…", "make logs S=matching",
                 "make down"):  # fmt: skip
        console.print(f"  {line}", soft_wrap=True)
