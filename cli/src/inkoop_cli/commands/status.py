"""`inkoop status`: are the services well, and what lies waiting."""

from collections.abc import Sequence
from typing import Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from inkoop_cli import screen
from inkoop_cli.commands import era
from inkoop_cli.faults import NOT_AS_EXPECTED, UNREACHABLE
from inkoop_cli.gaps import Gap, read_gap
from inkoop_cli.health import Health, read_health
from inkoop_cli.options import AsJson, open_services

HELP = """\
Show every instance of every service: ready or why not, messages not yet read (lag), facts not
yet sent (relay), and messages parked for a person. Of a service that was restored to an earlier
moment, also what it told and forgot, with who has seen it.

[bold]Examples[/]
  inkoop status
  inkoop status --json
  watch -n 1 inkoop status

[bold]Exit codes[/] 0 all is well, 1 something is not ready or parked, 3 something does not answer.
"""


_FIRST = 10
"""Events of a gap that are shown with the status."""


def status(*, as_json: AsJson = False) -> None:
    """Ask all addresses, show, and say by the exit code whether all is well."""
    with open_services() as services:
        found = read_health(services)
        told = {each.service: each.gap for each in found if each.gap}
        gaps = [read_gap(services, service, gap) for service, gap in told.items()]
    if as_json:
        screen.machine(answer(found, gaps))
    else:
        _show(found, gaps)
    raise typer.Exit(exit_code(found))


def answer(found: Sequence[Health], gaps: Sequence[Gap] = ()) -> dict[str, Any]:
    """The form of `--json`."""
    return {
        "gaps": [msgspec.to_builtins(gap) for gap in gaps],
        "well": all(each.well for each in found),
        "instances": [msgspec.to_builtins(each) for each in found],
    }


def exit_code(found: Sequence[Health]) -> int:
    """Not answering weighs more than not being ready."""
    if not all(each.reachable for each in found):
        return UNREACHABLE
    return 0 if all(each.well for each in found) else NOT_AS_EXPECTED


def _show(found: Sequence[Health], gaps: Sequence[Gap]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("service", "", "lag", "relay", "parked", "address"):
        justify = "right" if title in {"lag", "relay", "parked"} else "left"
        table.add_column(title, justify=justify, header_style="dim")
    for each in found:
        lag, backlog, parked = (_figure(n) for n in (each.lag, each.backlog, each.parked))
        table.add_row(each.service, _standing(each), lag, backlog, parked, Text(each.url, "dim"))
    console = screen.people()
    console.print(table)
    for line in _advice(found):
        console.print(line, style="yellow")
    for gap in gaps:
        console.print(f"\n{gap.service} told and forgot, the first of {gap.events}:")
        console.print(era.table(gap.listed[:_FIRST]))
        console.print(
            f"`inkoop era gap {gap.service}` lists all, `inkoop era raise {gap.service}` lets it go"
            " on: read docs/operations/restore-earlier.md before.",
            style="yellow",
        )


def _standing(each: Health) -> Text:
    if each.well:
        return Text("ready", "green")
    words = "does not answer" if not each.reachable else "ready" if each.ready else "not ready"
    return Text(words, "yellow" if each.ready else "red")


def _figure(number: int | None) -> str:
    return "?" if number is None else str(number)


def _advice(found: Sequence[Health]) -> list[str]:
    lines = [f"{each.service}: {reason}" for each in found for reason in each.reasons]
    if not all(each.reachable for each in found):
        lines.append("`make up` starts what does not run.")
    if any(each.parked for each in found):
        lines.append("`inkoop parked list` shows what is parked, and why.")
    return lines
