"""Topics as deploy/kafka/topics.yaml declares them, created where they are missing.

    ensure_topics(infrastructure.kafka.bootstrap)

Idempotent. A topic with another number of partitions is refused: a count never changes.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from inkoop_local.checkout import TOPICS
from inkoop_local.errors import StackError

_ALREADY_THERE = 36
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class TopicDeclaration:
    """One topic: who publishes on it, what its key is, how it is kept."""

    name: str
    owner: str
    key: str
    partitions: int
    config: Mapping[str, str]


def declared_topics(path: Path = TOPICS) -> tuple[TopicDeclaration, ...]:
    """Every topic of the file, in its order. Raises StackError for what cannot be read."""
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))["topics"]
        return tuple(_declaration(entry) for entry in entries)
    except (OSError, KeyError, TypeError, yaml.YAMLError) as wrong:
        raise StackError(f"{path} declares no topics: {wrong}") from wrong


def ensure_topics(
    bootstrap: str, declared: tuple[TopicDeclaration, ...] | None = None
) -> tuple[str, ...]:
    """Create what is missing, bring the settings of what is there in line; names of the new ones.

    Returns when every partition has a leader. Works inside an event loop too (and blocks it).
    """
    topics = declared_topics() if declared is None else declared
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _ensure(bootstrap, topics)).result()


def _declaration(entry: Mapping[str, Any]) -> TopicDeclaration:
    config = {str(name): str(value) for name, value in entry["config"].items()}
    return TopicDeclaration(
        entry["name"], entry["owner"], entry["key"], int(entry["partitions"]), config
    )


async def _ensure(bootstrap: str, topics: tuple[TopicDeclaration, ...]) -> tuple[str, ...]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, client_id="inkoop-local")
    await admin.start()
    try:
        async with asyncio.timeout(_SECONDS):
            there = set(await admin.list_topics())
            missing = [topic for topic in topics if topic.name not in there]
            await _create(admin, missing)
            await _align(admin, [topic for topic in topics if topic.name in there])
            while not await _all_led(admin, topics):  # noqa: ASYNC110  Kafka tells nobody
                await asyncio.sleep(0.05)
    except TimeoutError as late:
        raise StackError(f"Kafka did not create the topics within {_SECONDS} s") from late
    finally:
        await admin.close()
    return tuple(topic.name for topic in missing)


async def _create(admin: AIOKafkaAdminClient, topics: list[TopicDeclaration]) -> None:
    if not topics:
        return
    brokers = len((await admin.describe_cluster())["brokers"])
    replicas = min(3, brokers)
    wanted = [
        NewTopic(t.name, t.partitions, replicas, topic_configs=dict(t.config)) for t in topics
    ]
    answer = (await admin.create_topics(wanted)).to_object()
    for outcome in answer["topic_errors"]:
        # Somebody else may have been quicker.
        if outcome["error_code"] not in (0, _ALREADY_THERE):
            raise StackError(f"topic {outcome['topic']}: {for_code(outcome['error_code'])}")


async def _align(admin: AIOKafkaAdminClient, topics: list[TopicDeclaration]) -> None:
    """Set what the file declares; it is the only source of a topic's settings."""
    if not topics:
        return
    kind = ConfigResourceType.TOPIC
    wanted = [ConfigResource(kind, topic.name, dict(topic.config)) for topic in topics]
    for answer in await admin.alter_configs(wanted):
        for outcome in answer.to_object()["resources"]:
            if outcome["error_code"]:
                raise StackError(f"topic {outcome['resource_name']}: {outcome['error_message']}")


async def _all_led(admin: AIOKafkaAdminClient, topics: tuple[TopicDeclaration, ...]) -> bool:
    """Whether every partition has a leader. Raises StackError for another number of them."""
    described = {t["topic"]: t["partitions"] for t in await admin.describe_topics()}
    for topic in topics:
        partitions = described.get(topic.name, [])
        if any(partition["leader"] < 0 for partition in partitions) or not partitions:
            return False
        if len(partitions) != topic.partitions:
            raise StackError(
                f"topic {topic.name} has {len(partitions)} partitions, declared are"
                f" {topic.partitions}; the count of a topic never changes",
                "throw the local data away: make clean",
            )
    return True
