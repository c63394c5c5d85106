"""The command `inkoop`: which commands there are, and how each of them ends."""

import os
import re
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from inkoop_cli import screen
from inkoop_cli.commands import demo, era, parked, rebuild, show, status, submit
from inkoop_cli.faults import BROKEN, BrokenError, StopError

HELP = """\
DigiInkoop at the command line: submit documents, follow them, look after the services.

The services are found in INKOOP_ORDERING_URLS, INKOOP_INVOICING_URLS and INKOOP_MATCHING_URLS
(comma separated, tried in turn), else in .local/stack.json, which `make up` writes.

[bold]Exit codes[/] 0 ok, 1 refused or not as expected, 2 usage, 3 service unreachable, 4 service
at fault, 130 interrupted. With --json an answer goes to stdout; complaints go to stderr.
"""


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="inkoop",
        help=_paragraphs(HELP),
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    app.command(help=_paragraphs(submit.HELP))(submit.submit)
    app.command(help=_paragraphs(show.HELP))(show.show)
    app.command(help=_paragraphs(status.HELP))(status.status)
    app.add_typer(_parked())
    app.add_typer(_era())
    app.command(help=_paragraphs(rebuild.HELP))(rebuild.rebuild)
    app.command(help=_paragraphs(demo.HELP))(demo.demo)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; never a traceback."""
    try:
        build()(args=list(arguments), prog_name="inkoop")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except StopError as error:
        screen.complain(error)
        return error.code
    except Exception as error:  # the last door: people get words
        return _surprised(error)
    return 0


def main() -> None:
    """The entry point of the installed command."""
    sys.exit(run(sys.argv[1:]))


def _parked() -> typer.Typer:
    group = typer.Typer(
        name="parked", help=_paragraphs(parked.HELP), no_args_is_help=True, rich_markup_mode="rich"
    )
    group.command("list", help=_paragraphs(parked.LIST_HELP))(parked.list_parked)
    group.command("show", help=_paragraphs(parked.SHOW_HELP))(parked.show)
    group.command("release", help=_paragraphs(parked.RELEASE_HELP))(parked.release)
    return group


def _era() -> typer.Typer:
    group = typer.Typer(
        name="era", help=_paragraphs(era.HELP), no_args_is_help=True, rich_markup_mode="rich"
    )
    group.command("gap", help=_paragraphs(era.GAP_HELP))(era.gap)
    group.command("raise", help=_paragraphs(era.RAISE_HELP))(era.raise_)
    return group


def _paragraphs(text: str) -> str:
    """Give the terminal whole paragraphs to break; lines that are indented stay as they are."""
    return re.sub(r"(?<!\n)\n(?![\n ])", " ", text.strip())


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("inkoop-cli"))
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say the version and end.", is_eager=True, callback=_say_version
        ),
    ] = False,
) -> None:
    pass


def _surprised(error: Exception) -> int:
    if os.environ.get("INKOOP_DEBUG"):
        traceback.print_exception(error)
    what = f"Something went wrong that we did not foresee: {type(error).__name__}: {error}"
    screen.complain(BrokenError(what, "INKOOP_DEBUG=1 shows where."))
    return BROKEN
