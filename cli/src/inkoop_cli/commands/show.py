"""`inkoop show`: the trail of an order or invoice through all services."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console, Group
from rich.text import Text
from rich.tree import Tree

from inkoop_cli import screen
from inkoop_cli.faults import NOT_AS_EXPECTED, StopError
from inkoop_cli.gather import Reference, gather, parse_reference
from inkoop_cli.options import LOCAL_OPERATOR, SOMEONE, Actor, AsJson, Organisation, open_services
from inkoop_cli.services import Services, wait
from inkoop_cli.standing import SETTLED, Standing, standings
from inkoop_cli.trail import Entry, Node, flatten, merge
from inkoop_cli.words import fact_in_words, reasons

HELP = """\
Show the trail of an order or invoice: every event with its time, service and reason.

Events stand under what caused them, in the order of time. Name a document by its number, or by
its key when the number is not enough: <department OIN>/<order>, or
<department OIN>/<scheme>:<supplier>/<invoice>.

[bold]Examples[/]
  inkoop show 4500012345
  inkoop show 00000003123456780000/0106:12345678/2026-17 --json
  inkoop show 2026-17 --follow

[bold]Exit codes[/] 0 found (with --follow: payable), 1 not found (with --follow: held, or still
undecided when the time was up), 2 usage, 3 service unreachable, 4 service at fault.
"""
_COLOURS = {"ordering": "blue", "invoicing": "magenta", "matching": "cyan"}
_STATE_COLOURS = {"payable": "green", "held": "red", "waiting": "yellow", "duplicate": "yellow"}
_LOOK_AGAIN = 0.25
"""Seconds between two looks at a trail that is followed."""

Document = Annotated[str, typer.Argument(metavar="ORDER|INVOICE", help="Its number or key.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Wait until payable or held.")]
Timeout = Annotated[float, typer.Option(help="Seconds for which --follow waits.")]


def show(
    document: Document,
    *,
    follow: Follow = False,
    timeout: Timeout = 60.0,
    as_json: AsJson = False,
    organisation: Organisation = LOCAL_OPERATOR,
    actor: Actor = SOMEONE,
) -> None:
    """Ask all services, merge by cause, show."""
    reference = parse_reference(document)
    with open_services(organisation, actor) as services:
        entries = _followed(services, reference, timeout if follow else 0)
    if not entries:
        raise StopError(
            f"No service knows {document}.",
            "Check the number and --organisation; `inkoop status` says whether all is well.",
        )
    if as_json:
        screen.machine(answer(document, entries))
    else:
        _print(screen.people(), entries)
    if follow and not all(each.state == "payable" for each in standings(entries)):
        raise typer.Exit(NOT_AS_EXPECTED)


def answer(document: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """The form of `--json`: where each invoice stands, and the trail from top to bottom."""
    trail: list[dict[str, Any]] = []
    for depth, entry in flatten(merge(entries)):
        told = {"depth": depth, "words": fact_in_words(entry)}
        trail.append(told | {"reasons": reasons(entry.data)} | msgspec.to_builtins(entry))
    invoices = [msgspec.to_builtins(each) for each in standings(entries)]
    return {"document": document, "invoices": invoices, "trail": trail}


def clock_time(moment: datetime, *, dated: bool = False) -> str:
    """A moment for people: in Amsterdam to the millisecond, with its day where that matters."""
    form = "%d-%m %H:%M:%S.%f" if dated else "%H:%M:%S.%f"
    return moment.astimezone(screen.zone()).strftime(form)[:-3]


def _followed(services: Services, reference: Reference, timeout: float) -> list[Entry]:
    deadline = time.monotonic() + timeout
    with screen.aside().status("Asking the services …") as status:
        while True:
            entries = gather(services, reference)
            states = standings(entries)
            settled = bool(states) and all(each.state in SETTLED for each in states)
            if settled or time.monotonic() >= deadline:
                return entries
            said = ", ".join(f"{each.invoice} {each.state}" for each in states) or "nothing yet"
            status.update(f"Waiting for a decision: {said} …")
            wait(_LOOK_AGAIN)


def _print(console: Console, entries: Sequence[Entry]) -> None:
    nodes = merge(entries)
    days = sorted({entry.recorded_at.astimezone(screen.zone()).date() for entry in entries})
    dated = len(days) > 1
    for standing in standings(entries):
        console.print(_headline(standing))
    since = f"{days[0]:%A %d %B %Y}" + (f" to {days[-1]:%A %d %B %Y}" if dated else "")
    tree = Tree(Text(f"{since}, times in {screen.zone()}", "dim"), guide_style="dim")
    _grow(tree, nodes, dated=dated)
    console.print(tree)


def _headline(standing: Standing) -> Text:
    colour = _STATE_COLOURS.get(standing.state, "default")
    text = Text.assemble(
        (standing.invoice, "bold"), "  ", (standing.state.upper(), f"bold {colour}")
    )
    if standing.duplicates:
        text.append(f"  {standing.duplicates} × DUPLICATE: kept, never paid", "yellow")
    for reason in standing.reasons:
        text.append(f"\n  {reason}")
    return text


def _grow(tree: Tree, nodes: Sequence[Node], *, dated: bool) -> None:
    for node in nodes:
        _grow(tree.add(_told(node.entry, dated=dated)), node.children, dated=dated)


def _told(entry: Entry, *, dated: bool) -> Group:
    line = Text.assemble(
        (clock_time(entry.recorded_at, dated=dated), "dim"),
        "  ",
        (f"{entry.service:<9}", _COLOURS.get(entry.service, "default")),
        "  ",
        fact_in_words(entry),
        (f"  {entry.id}", "dim"),
    )
    by = f" by {entry.actor}" if entry.actor and entry.cause.startswith("command/") else ""
    if by:
        line.append(by, "dim")
    return Group(line, *(Text(f"↳ {reason}", "italic") for reason in reasons(entry.data)))
