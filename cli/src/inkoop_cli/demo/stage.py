"""The demo's stage: the stack that it plays on, started where none runs and stopped again."""

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

from inkoop_cli.addresses import SERVICES
from inkoop_cli.faults import UnreachableError

if TYPE_CHECKING:
    from inkoop_local.stack import Stack


class _Told(logging.Handler):
    """Shows what the stack says about its progress."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        self._console.print(f"  {record.getMessage()}", style="dim")


@contextmanager
def stage(console: Console, *, keep: bool) -> Generator[bool]:
    """All services ready for as long as the block lasts; gives whether they stay afterwards.

    Services named in the environment are used as they are, a stack that runs already is used and
    left running. Raises UnreachableError when nothing can be started.
    """
    if all(os.environ.get(f"INKOOP_{name.upper()}_URLS") for name in SERVICES):
        yield True
        return
    with _stack(console) as (stack, parts):
        stays = keep or bool(parts)
        try:
            if not all(f"{name}-0" in parts for name in SERVICES):
                with console.status("Starting Kafka, PostgreSQL and the services …"):
                    stack.up()
            yield stays
        finally:
            if not stays:
                with console.status("Stopping what was started …"):
                    stack.down()


@contextmanager
def _stack(console: Console) -> "Generator[tuple[Stack, set[str]]]":
    """The local stack, and which of its parts are ready; its errors become ours.

    An import at the top would bring all of it to every command.
    """
    try:
        from inkoop_local.errors import StackError  # noqa: PLC0415
        from inkoop_local.stack import Stack  # noqa: PLC0415
        from inkoop_local.status import status  # noqa: PLC0415
    except ImportError as missing:
        advice = "Run it from a checkout (`make demo`), or set INKOOP_<SERVICE>_URLS."
        raise UnreachableError("The local stack is not installed here.", advice) from missing
    logger = logging.getLogger("inkoop_local")
    handler = _Told(console)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        stack = Stack()
        yield stack, {part.name for part in status(stack.file) if part.is_ready}
    except StackError as error:
        raise UnreachableError(error.what, error.remedy) from error
    finally:
        logger.removeHandler(handler)
