"""The options that several commands share, and what they open."""

import os
from pathlib import Path
from typing import Annotated

import typer

from inkoop_cli.addresses import find_addresses
from inkoop_cli.services import PATIENCE, Services

AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON, for machines.")]
Organisation = Annotated[
    str | None,
    typer.Option(
        "--organisation",
        envvar="INKOOP_ORGANISATION",
        metavar="OIN",
        help="The organisation in whose name you ask: an OIN of 20 digits.",
    ),
]
Actor = Annotated[
    str | None,
    typer.Option(
        "--actor", envvar=["INKOOP_ACTOR", "USER"], metavar="NAME", help="Who asks; it is stored."
    ),
]

Patience = Annotated[
    float, typer.Option(metavar="SECONDS", help="How long a busy service is asked again.")
]


def open_services(
    organisation: str | None = None, actor: str | None = None, patience: float = PATIENCE
) -> Services:
    """The services at the addresses of the environment or of the local stack.

    Raises UnreachableError when nobody says where they are.
    """
    addresses = find_addresses(os.environ, Path.cwd())
    return Services(addresses, organisation=organisation, actor=actor, patience=patience)
