"""What runs of a stack and how it is: asked of each part itself, not taken from a file."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from inkoop_local.kafka_probe import ask_cluster
from inkoop_local.service_process import ask_ready
from inkoop_local.state import read_json


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the stack: ready, or why not."""

    name: str
    is_ready: bool
    detail: str
    address: str
    pid: int | None


def status(stack_file: Path) -> tuple[Part, ...]:
    """Every part that `up` started and `down` did not stop; empty when nothing was started."""
    stack = read_json(stack_file)
    if not stack:
        return ()
    replicas = [replica for entry in stack["services"].values() for replica in entry["replicas"]]
    with ThreadPoolExecutor(2 + len(replicas)) as threads:
        kafka = threads.submit(_kafka, stack["kafka"])
        postgres = threads.submit(_postgres, stack["postgres"])
        services = threads.map(_service, replicas)
    return (kafka.result(), postgres.result(), *services)


def _kafka(entry: dict[str, Any]) -> Part:
    cluster = ask_cluster(entry["bootstrap"])
    detail = f"{entry['version']} ({entry['provider']})" if cluster else "does not answer"
    return Part("kafka", cluster is not None, detail, entry["bootstrap"], entry["pid"])


def _postgres(entry: dict[str, Any]) -> Part:
    try:
        with psycopg.connect(entry["url"], connect_timeout=3) as connection:
            connection.execute("select 1")
    except psycopg.Error:
        return Part("postgres", False, "does not answer", entry["url"], entry["pid"])
    detail = f"{entry['version']} ({entry['provider']})"
    return Part("postgres", True, detail, entry["url"], entry["pid"])


def _service(entry: dict[str, Any]) -> Part:
    is_ready, reasons = ask_ready(entry["url"])
    return Part(
        entry["name"], is_ready, "ready" if is_ready else reasons, entry["url"], entry["pid"]
    )
