"""The options that several commands share, and what they open."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from inkoop_cli.addresses import find_addresses
from inkoop_cli.faults import UsageError
from inkoop_cli.services import PATIENCE, Services

AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON, for machines.")]
LOCAL_OPERATOR = "00000099000000001000"
"""The OIN of the operator of a local stack, which may see and submit everything."""
SOMEONE = "inkoop"
"""The actor when nobody says who asks."""

Organisation = Annotated[
    str,
    typer.Option(
        "--organisation",
        envvar="INKOOP_ORGANISATION",
        metavar="OIN",
        help="The organisation in whose name you ask: an OIN of 20 digits.",
    ),
]
Actor = Annotated[
    str,
    typer.Option(
        "--actor",
        envvar=["INKOOP_ACTOR", "USER"],
        metavar="ID",
        help="Who asks: an account, not a name; it is stored with every fact.",
    ),
]

Patience = Annotated[
    float, typer.Option(metavar="SECONDS", help="How long a busy service is asked again.")
]

_OIN = re.compile(r"\d{20}")
_ACTOR = re.compile(r"[\w.:@/+-]{1,100}")


def open_services(
    organisation: str = LOCAL_OPERATOR, actor: str = SOMEONE, patience: float = PATIENCE
) -> Services:
    """The services at the addresses of the environment or of the local stack.

    Raises UnreachableError when nobody says where they are, UsageError for what is no OIN.
    """
    if not _OIN.fullmatch(organisation):
        raise UsageError(f"{organisation!r} is no OIN: an OIN has 20 digits.")
    if not _ACTOR.fullmatch(actor):
        raise UsageError(f"{actor!r} cannot be stored as an actor.", "Use letters, digits, .:@/+-")
    addresses = find_addresses(os.environ, Path.cwd())
    return Services(addresses, organisation=organisation, actor=actor, patience=patience)
