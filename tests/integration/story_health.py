"""What services say of themselves: health over HTTP, words in their logs."""

import json
from collections.abc import Iterable

import httpx
from story_market import until

from inkoop_local.service_process import ServiceProcess


def live(process: ServiceProcess) -> bool:
    """Whether it is alive, as a cluster would ask."""
    try:
        return httpx.get(process.url + "/livez", timeout=10).status_code == 204
    except httpx.HTTPError:
        return False


def reasons(process: ServiceProcess, probe: str = "readyz") -> list[str]:
    """Why it is not ready; none when it is."""
    answer = httpx.get(f"{process.url}/{probe}", timeout=20)
    if answer.status_code == 204:
        return []
    assert answer.status_code == 503
    return list(answer.json()["reasons"])


def lacks(process: ServiceProcess, what: str) -> bool:
    """Whether this is among the reasons."""
    return any(what in reason for reason in reasons(process))


def all_ready(processes: Iterable[ServiceProcess]) -> None:
    """Wait until nobody has a reason not to be."""
    each = list(processes)
    until(
        lambda: all(live(one) and not reasons(one) for one in each),
        lambda: f"all are ready: {[(one.name, live(one) and reasons(one)) for one in each]}",
    )


def said(process: ServiceProcess, words: str) -> bool:
    """Whether its log holds a line that begins with these words."""
    lines = process.log.read_text().splitlines()
    return any(json.loads(line)["msg"].startswith(words) for line in lines)


def complained(process: ServiceProcess, *words: str) -> bool:
    """Whether its log holds a warning or an error with one of these words."""
    lines = map(json.loads, process.log.read_text().splitlines())
    bad = [line["msg"] for line in lines if line["level"] in {"WARNING", "ERROR", "CRITICAL"}]
    return any(word in message for message in bad for word in words)
