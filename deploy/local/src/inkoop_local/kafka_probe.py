"""Asking a broker who it is."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from inkoop_local import ports


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a broker answers to a Metadata request."""

    id: str
    brokers: int
    has_controller: bool


def ask_cluster(bootstrap: str, seconds: float = 3) -> Cluster | None:
    """Who answers at this address; None when nobody does. Works inside an event loop too."""
    host, _, port = bootstrap.split(",", maxsplit=1)[0].rpartition(":")
    if host == ports.LOOPBACK and not ports.answers(int(port)):
        return None
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _ask(bootstrap, seconds)).result()


async def _ask(bootstrap: str, seconds: float) -> Cluster | None:
    logger = logging.getLogger("aiokafka")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # a broker that is still starting is no error to log
    client = AIOKafkaAdminClient(
        bootstrap_servers=bootstrap, client_id="inkoop-local", request_timeout_ms=int(seconds * 1e3)
    )
    try:
        async with asyncio.timeout(seconds):
            await client.start()
            answer = await client.describe_cluster()
    except (KafkaError, OSError, TimeoutError):
        return None
    finally:
        await client.close()
        logger.setLevel(level)
    return Cluster(
        str(answer["cluster_id"]), len(answer["brokers"]), int(answer["controller_id"]) >= 0
    )
