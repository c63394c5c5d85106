"""Failpoints: places in the engine where a crash test lets the process die, by chance.

    INKOOP_FAILPOINTS="after-store-commit=0.03,in-rebalance=0.1" INKOOP_FAILPOINT_SEED=7

Read once where a process is put together, and passed on; a service that is not told of any gets
`never`.
"""

import os
import random
import signal
from collections.abc import Callable, Mapping
from typing import TypeAlias

Failpoint: TypeAlias = Callable[[str], None]
"""Called with the name of a place; does not return when the process is to die there."""

NAMES = frozenset((
    "before-store-commit", "after-store-commit", "after-relay-send", "before-relay-position",
    "in-rebalance", "in-rebuild",
))  # fmt: skip
"""after-relay-send: sent, not acknowledged; before-relay-position: acknowledged, not noted."""


def never(name: str) -> None:
    """The failpoints of production: nothing happens anywhere."""


def failpoints(
    environment: Mapping[str, str], die: Callable[[str], None] | None = None
) -> Failpoint:
    """What INKOOP_FAILPOINTS asks for: `name=chance`, comma separated; chances from 0 to 1.

    `die` is what happens, by default kill -9 of this process. Raises ValueError for what cannot be
    read and for a place that there is not.
    """
    said = environment.get("INKOOP_FAILPOINTS", "")
    if not said:
        return never
    pairs = (pair.partition("=") for pair in said.split(","))
    chances = {name.strip(): float(chance) for name, _, chance in pairs}
    if unknown := chances.keys() - NAMES:
        raise ValueError(f"INKOOP_FAILPOINTS: no such place: {', '.join(sorted(unknown))}")
    dice = random.Random(environment.get("INKOOP_FAILPOINT_SEED", "0"))  # noqa: S311 — a test's
    end = die or _die

    def reached(name: str) -> None:
        if dice.random() < chances.get(name, 0.0):
            end(name)

    return reached


def _die(name: str) -> None:
    os.write(2, f'{{"failpoint": "{name}"}}\n'.encode())
    os.kill(os.getpid(), signal.SIGKILL)
