"""Waiting until something answers."""

import time
from collections.abc import Callable
from typing import TypeVar

from inkoop_local.errors import StackError

T = TypeVar("T")


def until(ask: Callable[[], T | None], seconds: float, what: str, *, pause: float = 0.03) -> T:
    """Ask again and again until the answer is neither None nor False, and return it.

    `ask` may raise StackError to end the waiting at once. After `seconds` a StackError says `what`
    did not happen.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer is not None and answer is not False:
            return answer
        if time.monotonic() > deadline:
            raise StackError(f"{what}: not within {seconds:.0f} s")
        time.sleep(pause)  # noqa: TID251  the pause between two questions, not a wait for a time
