"""`inkoop rebuild`: make a view again from the facts, while people watch."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import typer

from inkoop_cli import screen
from inkoop_cli.faults import BrokenError, StopError, UnreachableError, UsageError
from inkoop_cli.options import LOCAL_OPERATOR, SOMEONE, Actor, AsJson, Organisation, open_services
from inkoop_cli.services import Services

HELP = """\
Make a view again from all facts. The service goes on meanwhile; the result equals the live view.

[bold]Examples[/]
  inkoop rebuild orders
  inkoop rebuild invoicing/invoices --json

With --json every line of progress is a JSON document.

[bold]Exit codes[/] 0 rebuilt, 1 refused, 2 usage or no such view, 3 service unreachable,
4 the rebuild broke off.
"""

ViewName = Annotated[str, typer.Argument(metavar="[SERVICE/]VIEW")]


def rebuild(
    view: ViewName,
    *,
    as_json: AsJson = False,
    organisation: Organisation = LOCAL_OPERATOR,
    actor: Actor = SOMEONE,
) -> None:
    """Find the service that has the view, rebuild it, show how far it is."""
    with open_services(organisation, actor) as services:
        service, name = find_view(services, view)
        last = _watch(_lines(services, service, name), f"{service}/{name}", as_json)
    if not last.get("done"):
        raise BrokenError(
            f"The rebuild of {service}/{name} broke off; the old rows are still there.",
            f"Look at `make logs S={service}`, then try again.",
        )
    if not as_json:
        facts, seconds = last.get("facts", 0), last.get("seconds", 0)
        screen.people().print(f"{service}/{name} rebuilt from {facts} facts in {seconds} s.")


def find_view(services: Services, view: str) -> tuple[str, str]:
    """The service that has the view, and the view's name.

    A service that is away does not matter where another has the view. Raises UsageError, and
    UnreachableError when the view may be in a service that is away.
    """
    named, _, name = view.rpartition("/")
    asked = [named] if named in services.addresses else list(services.addresses)
    known: dict[str, list[str]] = {}
    away: UnreachableError | None = None
    for service in asked:
        try:
            known[service] = views_of(services, service)
        except UnreachableError as error:
            away = error
    having = [service for service, views in known.items() if name in views]
    if len(having) == 1:
        return having[0], name
    if away is not None:
        raise away
    listed = ", ".join(f"{service}/{each}" for service, views in known.items() for each in views)
    what = "is in several services" if having else "is not there"
    raise UsageError(f"View {view} {what}.", f"There are: {listed}.")


def views_of(services: Services, service: str) -> list[str]:
    """The names of a service's views."""
    body = services.get(service, "/v1/views")
    views = body.get("views", [])
    return [each["name"] if isinstance(each, dict) else str(each) for each in views]


def _lines(services: Services, service: str, view: str) -> Iterator[dict[str, Any]]:
    try:
        with services.stream(service, f"/v1/views/{view}/rebuilds", {}) as response:
            if not response.is_success:
                response.read()
                services.json(service, response)
            for line in response.iter_lines():
                if line.strip():
                    yield json.loads(line)
    except (httpx.TransportError, ValueError) as fault:
        raise BrokenError(f"{service} stopped telling of the rebuild: {fault}.") from fault


def _watch(lines: Iterator[dict[str, Any]], title: str, as_json: bool) -> dict[str, Any]:
    last: dict[str, Any] = {}
    with screen.progress("lanes", quiet=as_json) as bar:
        task = bar.add_task(f"Rebuilding {title}", total=None)
        for done, line in enumerate(lines, 1):
            last = line
            if as_json:
                screen.machine_line(line)
            elif line.get("error"):
                raise StopError(f"The rebuild of {title} failed: {line['error']}.")
            else:
                bar.update(task, total=line.get("of", done), completed=done)
    return last
