"""Stacks of a story's own, for what would harm the session's: forged messages, other programs."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from inkoop_local.service_process import Program, console_script
from inkoop_local.stack import Stack

ROOT = Path(__file__).parents[2]
_FOREIGN = ("INKOOP_KAFKA", "INKOOP_DATABASE_ADMIN")
"""Servers of somebody else's are no place for this."""


@contextmanager
def stack_of_its_own(
    name: str, services: tuple[str, ...], program: Program = console_script
) -> Generator[Stack]:
    """An empty stack beside the session's, nothing started; thrown away at the end.

    Its place is always the same, so that what a killed session left running ends here.
    """
    place = Path(os.environ.get("INKOOP_STORIES", ROOT / ".local" / "stories"))
    stack = stack_in(place.with_name(f"{place.name}-{name}"), services, program)
    stack.clean()
    try:
        yield stack
    finally:
        stack.clean()


def stack_in(
    directory: Path, services: tuple[str, ...], program: Program = console_script
) -> Stack:
    """The stack of this directory with these services, each as this program."""
    environ = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    return Stack(directory, environ, services, program)
