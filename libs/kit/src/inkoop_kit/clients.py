"""What whoever talks to Kafka needs beside its library: to miss it, to know it, to let go of it."""

import asyncio
from typing import Final, Protocol

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from inkoop_kit.postgres import UNANSWERED

AWAY: Final = (KafkaError, OSError, *UNANSWERED)
"""Kafka or PostgreSQL does not answer now: wait and start again."""


class Client(Protocol):
    """A client of Kafka, as far as it ends."""

    async def stop(self) -> None:
        """End, when nothing is on its way any more."""
        ...


async def let_go(client: Client, seconds: float) -> None:
    """Stop a client, whatever it says: without Kafka it would wait for Kafka.

    aiokafka awaits tasks that it cancels, so that it may end as cancelled, which we are not.
    """
    await asyncio.gather(asyncio.wait_for(client.stop(), seconds), return_exceptions=True)


async def cluster_id(bootstrap: str) -> str:
    """Kafka's name for the cluster at this address: offsets mean nothing in another one."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()
