"""Which Kafka: an address, else Docker, else the broker itself from its jars. Never an imitation.

    broker = kafka(directory)          # nothing runs yet
    broker.start()                     # returns when it answers
    broker.bootstrap                   # "127.0.0.1:23456", the same after kill and start
    broker.kill(); broker.start()      # a crash, and its return with all data
    broker.stop()

Environment: INKOOP_KAFKA (an address), INKOOP_KAFKA_PROVIDER = auto | url | docker | jvm.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from inkoop_local.errors import StackError, Unavailable
from inkoop_local.java import find_java
from inkoop_local.kafka_jars import kafka_jars
from inkoop_local.kafka_jvm import KafkaJvm
from inkoop_local.kafka_url import KafkaUrl

JAVA_REMEDY = "apt-get install --no-install-recommends default-jre-headless maven"


class Broker(Protocol):
    """One Kafka, whoever runs it."""

    @property
    def provider(self) -> str:
        """url, docker or jvm: every report names it."""
        ...

    @property
    def version(self) -> str:
        """Of Kafka; "unknown" behind an address."""
        ...

    @property
    def bootstrap(self) -> str:
        """host:port, for clients on this machine."""
        ...

    @property
    def pid(self) -> int | None:
        """Its process, where it is one of ours."""
        ...

    def start(self) -> None:
        """Return when it answers; raises StackError. One that runs already is taken over."""
        ...

    def stop(self) -> None:
        """End it cleanly, data kept. One behind an address is left alone."""
        ...

    def kill(self) -> None:
        """Let it crash (kill -9). Raises StackError for one behind an address."""
        ...


def kafka(directory: Path, environ: Mapping[str, str] = os.environ) -> Broker:
    """The first Kafka of the chain that can serve here; a forced one that cannot is an error."""
    wanted = environ.get("INKOOP_KAFKA_PROVIDER", "auto")
    chain = {"url": _by_url, "docker": _by_docker, "jvm": _by_jvm}
    if wanted != "auto":
        if wanted not in chain:
            raise StackError(f"INKOOP_KAFKA_PROVIDER={wanted} is none of auto, {', '.join(chain)}")
        return chain[wanted](directory, environ)
    refusals: list[str] = []
    for provider in chain.values():
        try:
            return provider(directory, environ)
        except Unavailable as refusal:
            refusals.append(refusal.what)
    raise StackError("no Kafka: " + "; ".join(refusals), JAVA_REMEDY)


def _by_url(_directory: Path, environ: Mapping[str, str]) -> Broker:
    if address := environ.get("INKOOP_KAFKA"):
        return KafkaUrl(address)
    raise Unavailable("INKOOP_KAFKA names no address", "INKOOP_KAFKA=host:port")


def _by_docker(directory: Path, environ: Mapping[str, str]) -> Broker:
    raise Unavailable("Docker does not answer")


def _by_jvm(directory: Path, environ: Mapping[str, str]) -> Broker:
    java = find_java(environ)
    if not java:
        raise Unavailable("no Java 17 or newer", JAVA_REMEDY)
    kafka_jars(environ)
    return KafkaJvm(directory, java, environ)
