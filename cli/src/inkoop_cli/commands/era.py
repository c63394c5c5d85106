"""`inkoop era`: what a restored service forgot, and the era with which it goes on."""

import sys
from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from inkoop_cli import screen
from inkoop_cli.faults import StopError, UsageError
from inkoop_cli.gaps import Lost, pages, seen
from inkoop_cli.options import LOCAL_OPERATOR, SOMEONE, Actor, AsJson, Organisation, open_services
from inkoop_cli.services import Services

HELP = """\
A service whose store was restored to an earlier moment writes nothing: its topics hold events that
its store does not (the gap), and it would give out their positions a second time.

Raising its era lets it go on with positions that nobody has seen. What to look at first, and what
must be submitted again: docs/operations/restore-earlier.md.
"""
GAP_HELP = """\
List the events that a service told and its store forgot, with who has seen them. Behind a raise,
it also shows under which event the store has the same again.

[bold]Examples[/]
  inkoop era gap invoicing
  inkoop era gap invoicing --era 1 --json

[bold]Exit codes[/] 0 listed, 1 there is no gap, 2 usage, 3 service unreachable.
"""
RAISE_HELP = """\
Raise the era of a service, after asking whether you mean it.

[bold]Examples[/]
  inkoop era raise invoicing
  inkoop era raise invoicing --yes --json

[bold]Exit codes[/] 0 raised, 1 refused or not confirmed, 2 usage, 3 service unreachable.
"""

Service = Annotated[str, typer.Argument(metavar="SERVICE")]
Era = Annotated[int | None, typer.Option(help="Of this era; the open gap, else the last one.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def gap(service: Service, *, era: Era = None, as_json: AsJson = False) -> None:
    """All pages of one gap."""
    with open_services() as services:
        number = era if era is not None else _last(services, service)
        rows = [row for page in pages(services, service, number) for row in page]
        lost = list(seen(services, service, rows))
    if as_json:
        screen.machine({"service": service, "era": number, "gap": msgspec.to_builtins(lost)})
    else:
        screen.people().print(table(lost))


def raise_(
    service: Service,
    *,
    yes: Yes = False,
    as_json: AsJson = False,
    organisation: Organisation = LOCAL_OPERATOR,
    actor: Actor = SOMEONE,
) -> None:
    """Ask what is next, ask the person, raise."""
    with open_services(organisation, actor) as services:
        _known(services, service)
        eras = services.get(service, "/v1/eras")
        number, events = eras["next"], (eras.get("gap") or {}).get("events", 0)
        told = f"{events} events are on the topics of {service} and not in its store."
        if not yes:
            _confirm(
                f"{told} Raise its era to {number}?", f"`inkoop era gap {service}` lists them."
            )
        answer = services.post(service, "/v1/eras", {"number": number})
    if as_json:
        screen.machine({"service": service} | answer)
        return
    console = screen.people()
    console.print(f"{service} goes on in era {number}, within seconds and by itself.")
    if events:
        console.print(f"`inkoop era gap {service}` shows what of the gap is there again.")


def table(lost: Sequence[Lost]) -> Table:
    """The events of a gap for people."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("event", "type", "key", "recorded", "seen by", "again as"):
        shown.add_column(title, overflow="fold", header_style="dim")
    for one in lost:
        readers = "?" if one.seen_by is None else ", ".join(one.seen_by) or "nobody"
        cells = (one.id, one.type, one.key, one.recorded_at, readers, one.restored_as or "")
        shown.add_row(*map(Text, cells))
    return shown


def _confirm(question: str, advice: str) -> None:
    if not sys.stdin.isatty():
        raise UsageError(f"Nobody is here to be asked: {question}", "Say --yes if you mean it.")
    if not typer.confirm(question, err=True):
        raise StopError("Nothing was done.", advice)


def _last(services: Services, service: str) -> int:
    _known(services, service)
    eras = services.get(service, "/v1/eras")
    if eras.get("gap"):
        return int(eras["gap"]["era"])
    if not eras.get("raised"):
        raise StopError(f"{service} has no gap, and its era was never raised.")
    return int(eras["raised"][-1]["number"])


def _known(services: Services, service: str) -> None:
    if service not in services.addresses:
        known = ", ".join(services.addresses)
        raise UsageError(f"There is no service {service}.", f"There are: {known}.")
