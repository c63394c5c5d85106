"""Choosing the first provider of a chain that can serve here, the same for Kafka and PostgreSQL."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from inkoop_local.errors import StackError, Unavailable
from inkoop_local.state import read_json, write_json

T = TypeVar("T")

AUTO = "auto"
URL = "url"

_log = logging.getLogger(__name__)


def choose(
    variable: str,
    environ: Mapping[str, str],
    chain: Mapping[str, Callable[[], T]],
    directory: Path,
    remedy: str,
) -> T:
    """What the variable forces, else an address, else what made the data, else the chain in order.

    Nothing falls through in silence: a forced provider that cannot serve is an error, and so is
    one that made the data of this directory and is not there any more.
    """
    wanted = environ.get(variable, "").strip() or AUTO
    if wanted not in (AUTO, *chain):
        raise StackError(f"{variable}={wanted} is none of auto, {', '.join(chain)}")
    record = directory / "provider.json"
    made_data = read_json(record).get("provider")
    if wanted == AUTO and made_data in chain:
        return _of_old(str(made_data), variable, chain)
    names = tuple(chain) if wanted == AUTO else (wanted,)
    name, chosen = _first(names, chain, remedy)
    if name != URL:
        write_json(record, {"provider": name})
    return chosen


def _of_old(name: str, variable: str, chain: Mapping[str, Callable[[], T]]) -> T:
    try:
        return chain[URL]()
    except Unavailable:
        pass  # nobody gave an address
    try:
        return chain[name]()
    except Unavailable as gone:
        raise StackError(
            f"the data of this stack were made with {name}: {gone.what}",
            f"{gone.remedy}; or set {variable} to go on with other data; or make clean",
        ) from gone


def _first(
    names: tuple[str, ...], chain: Mapping[str, Callable[[], T]], remedy: str
) -> tuple[str, T]:
    refusals: list[Unavailable] = []
    for name in names:
        try:
            return name, chain[name]()
        except Unavailable as refusal:
            refusals.append(refusal)
            _log.debug("%s: %s", name, refusal.what)
    if len(refusals) == 1:
        raise refusals[0]
    raise StackError("; ".join(refusal.what for refusal in refusals), remedy)
