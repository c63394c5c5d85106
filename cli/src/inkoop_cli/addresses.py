"""Where the services are: from the environment, else from the local stack's own note."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from inkoop_cli.faults import UnreachableError

SERVICES = ("ordering", "invoicing", "matching")
STACK_FILE = Path(".local/stack.json")
ADVICE = "Start the local stack with `make up`, or set INKOOP_<SERVICE>_URLS."


def find_addresses(
    environ: Mapping[str, str], directory: Path, services: tuple[str, ...] = SERVICES
) -> dict[str, tuple[str, ...]]:
    """The base URLs of each service, best first.

    `INKOOP_<SERVICE>_URLS` (comma separated) wins over `stack.json` of the local stack, which is
    looked for in INKOOP_LOCAL_DIRECTORY, then as `.local/stack.json` in `directory`, its parents
    and the checkout that this package runs from. Raises
    UnreachableError when a service is nowhere.
    """
    stack = _read_stack(_places(environ, directory))
    found = {name: _from_environment(environ, name) or stack.get(name, ()) for name in services}
    missing = sorted(name for name, urls in found.items() if not urls)
    if missing:
        raise UnreachableError(f"Nobody said where to find: {', '.join(missing)}.", ADVICE)
    return found


def _from_environment(environ: Mapping[str, str], service: str) -> tuple[str, ...]:
    value = environ.get(f"INKOOP_{service.upper().replace('-', '_')}_URLS", "")
    return tuple(url.strip().rstrip("/") for url in value.split(",") if url.strip())


def _read_stack(places: Iterator[Path]) -> dict[str, tuple[str, ...]]:
    for place in places:
        try:
            services = json.loads(place.read_text()).get("services", {})
        except (OSError, ValueError, AttributeError):
            continue
        return {name: _urls(entry) for name, entry in services.items()}
    return {}


def _places(environ: Mapping[str, str], directory: Path) -> Iterator[Path]:
    if own := environ.get("INKOOP_LOCAL_DIRECTORY"):
        yield Path(own) / STACK_FILE.name
    for parent in (directory, *directory.parents, *Path(__file__).parents):
        yield parent / STACK_FILE


def _urls(entry: object) -> tuple[str, ...]:
    if isinstance(entry, str):
        return (entry.rstrip("/"),)
    if isinstance(entry, dict):
        return _urls(entry.get("urls") or entry.get("url"))
    if isinstance(entry, list):
        return tuple(str(url).rstrip("/") for url in entry)
    return ()
