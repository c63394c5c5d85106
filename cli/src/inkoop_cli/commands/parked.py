"""`inkoop parked`: messages that a service could not decide on, and their release."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from inkoop_cli import screen
from inkoop_cli.faults import RefusedError, StopError, UsageError
from inkoop_cli.options import LOCAL_OPERATOR, SOMEONE, Actor, AsJson, Organisation, open_services
from inkoop_cli.services import Json, Services

HELP = """\
Messages that could not be decoded or decided: kept with their bytes, reason and position.

What follows a parked message of the same key waits behind it and is released with it, in order.
"""
LIST_HELP = """\
List what is parked, the oldest first.

[bold]Examples[/]
  inkoop parked list
  inkoop parked list --service matching --json

[bold]Exit codes[/] 0 listed, also when nothing is parked, 3 service unreachable.
"""
SHOW_HELP = """\
Show one parked message whole: reason, place in Kafka, headers and bytes.

[bold]Examples[/]
  inkoop parked show matching/17

[bold]Exit codes[/] 0 shown, 1 there is none of that id, 2 usage, 3 service unreachable.
"""
RELEASE_HELP = """\
Let parked messages be decided again, with all that waits behind them.

[bold]Examples[/]
  inkoop parked release matching/17 matching/18
  inkoop parked release --service matching --topic inkoop.ordering --key 00000003123456780000/4500

[bold]Exit codes[/] 0 released, 1 refused, 2 usage, 3 service unreachable.
"""
PAGE = 500

Ids = Annotated[list[str] | None, typer.Argument(metavar="[SERVICE/ID]...")]
Id = Annotated[str, typer.Argument(metavar="SERVICE/ID", help="As `parked list` shows it.")]
Service = Annotated[str | None, typer.Option(help="Only of this service.")]
Topic = Annotated[str | None, typer.Option(help="Release what is parked of this topic and --key.")]
Key = Annotated[str | None, typer.Option(help="The key of the messages.")]


def list_parked(*, service: Service = None, as_json: AsJson = False) -> None:
    """All pages of every service."""
    with open_services() as services:
        rows = [row for name in _named(services, service) for row in _pages(services, name)]
    if as_json:
        screen.machine({"parked": rows})
    elif rows:
        screen.people().print(_table(rows))
    else:
        screen.people().print("Nothing is parked.")


def show(parked: Id, *, as_json: AsJson = False) -> None:
    """One message, whole."""
    with open_services() as services:
        service, message = _one(services, parked)
    if as_json:
        screen.machine({"service": service} | message)
        return
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for name, value in message.items():
        if value not in (None, "", {}, []):
            table.add_row(Text(name, "dim"), Text(_plain(value)))
    screen.people().print(table)


def release(
    parked: Ids = None,
    *,
    service: Service = None,
    topic: Topic = None,
    key: Key = None,
    as_json: AsJson = False,
    organisation: Organisation = LOCAL_OPERATOR,
    actor: Actor = SOMEONE,
) -> None:
    """By id, or by topic and key."""
    with open_services(organisation, actor) as services:
        answers = [
            {"service": name} | services.post(name, "/v1/parked/releases", body)
            for name, body in _releases(services, parked or [], service, topic, key)
        ]
    if as_json:
        screen.machine({"releases": answers})
        return
    for each in answers:
        number, noun = (
            each.get("released", 0),
            "message" if each.get("released") == 1 else "messages",
        )
        screen.people().print(f"{each['service']}: {number} {noun} will be tried again.")
    screen.people().print("What fails again stays parked: `inkoop parked list`.")


def _one(services: Services, parked: str) -> tuple[str, Json]:
    service, number = _split(services, parked)
    try:
        return service, services.get(service, f"/v1/parked/{number}")
    except RefusedError as refusal:
        raise StopError(
            f"{parked}: {refusal.what}.", "`inkoop parked list` shows all."
        ) from refusal


def _releases(
    services: Services, ids: Sequence[str], service: str | None, topic: str | None, key: str | None
) -> list[tuple[str, Json]]:
    if ids and (topic or key):
        raise UsageError("Name ids, or a topic and a key: not both.")
    if ids:
        by_service: dict[str, list[Any]] = {}
        for name, number in (_split(services, each) for each in ids):
            by_service.setdefault(name, []).append(int(number) if number.isdigit() else number)
        return [(name, {"ids": numbers}) for name, numbers in by_service.items()]
    if service and topic and key:
        _named(services, service)
        return [(service, {"topic": topic, "key": key})]
    raise UsageError("Say what to release: ids, or --service, --topic and --key.")


def _named(services: Services, service: str | None) -> list[str]:
    if service is None:
        return list(services.addresses)
    if service not in services.addresses:
        known = ", ".join(services.addresses)
        raise UsageError(f"There is no service {service}.", f"There are: {known}.")
    return [service]


def _split(services: Services, parked: str) -> tuple[str, str]:
    service, slash, number = parked.partition("/")
    if not slash or not number:
        raise UsageError(f"{parked} is no <service>/<id>, such as matching/17.")
    return _named(services, service)[0], number


def _pages(services: Services, service: str) -> list[Json]:
    rows: list[Json] = []
    after: str | int | None = None
    while True:
        body = services.get(service, "/v1/parked", after=after, limit=PAGE)
        page = body.get("parked", [])
        rows.extend({"service": service} | row for row in page)
        if len(page) < PAGE:
            return rows
        after = page[-1]["id"]


def _table(rows: Sequence[Json]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("id", "topic", "key", "since", "tried", "reason"):
        table.add_column(title, overflow="fold", header_style="dim")
    for row in rows:
        name = f"{row['service']}/{row.get('id')}"
        reason = ": ".join(str(row[part]) for part in ("reason", "detail") if row.get(part))
        since, tried = _moment(row.get("parked_at")), row.get("attempts")
        cells = (name, row.get("topic"), row.get("key"), since, tried, reason)
        table.add_row(*(Text(str(cell or "")) for cell in cells))
    return table


def _moment(text: object) -> str:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return ""
    return moment.astimezone(screen.zone()).strftime("%Y-%m-%d %H:%M:%S")


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name}: {each}" for name, each in value.items())
    return str(value)
