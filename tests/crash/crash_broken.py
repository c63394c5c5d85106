"""Services that are broken on purpose, for the checker to find: started in the place of real ones.

python crash_broken.py dedupe matching run
python crash_broken.py position ordering run
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from inkoop_kit import relay
from inkoop_kit.failpoints import Failpoint, never
from inkoop_kit.reading import Progress


def broken_by(how: str) -> Callable[[str], Sequence[str]]:
    """The program of every service, broken in this way, for `Stack`."""
    return lambda service: (sys.executable, str(Path(__file__)), how, service)


def without_dedupe() -> None:
    """Every event is new, however often it is told."""

    def is_new(self: Progress, lane: int, sequence: int) -> bool:
        self.seen[lane] = max(self.seen[lane], sequence)
        return True

    Progress.is_new = is_new


def position_before_send() -> None:
    """The relay notes that it has sent, may die then, and sends afterwards."""
    module: Any = relay
    send, one_pass = module.send, module.Relay._pass
    kept: list[Any] = []

    async def keep(producer: Any, outgoing: Any, reached: Failpoint = never) -> None:
        kept.append(outgoing)

    async def first_the_position(self: Any, producer: Any) -> bool:
        done: bool = await one_pass(self, producer)
        while kept:
            self._reached("after-relay-send")
            await send(producer, kept.pop(0))
        return done

    module.send, module.Relay._pass = keep, first_the_position


def main() -> None:
    """Break it, then run it."""
    how, service, *words = sys.argv[1:]
    {"dedupe": without_dedupe, "position": position_before_send}[how]()
    sys.argv = [f"inkoop-{service}", *words]
    importlib.import_module(f"inkoop_{service}.main").main()


if __name__ == "__main__":
    main()
