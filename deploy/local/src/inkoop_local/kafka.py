"""Which Kafka: an address, else Docker, else the broker itself from its jars. Never an imitation.

    broker = kafka(directory)          # nothing runs yet
    broker.start()                     # returns when it answers
    broker.bootstrap                   # "127.0.0.1:23456", the same after kill and start
    broker.kill(); broker.start()      # a crash, and its return with all data
    broker.stop()

Environment: INKOOP_KAFKA (an address), INKOOP_KAFKA_PROVIDER = auto | url | docker | jvm.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from inkoop_local.errors import Unavailable
from inkoop_local.java import find_java
from inkoop_local.kafka_jars import JAVA_PACKAGES, have_jars, kafka_jars
from inkoop_local.kafka_jvm import KafkaJvm
from inkoop_local.kafka_url import KafkaUrl
from inkoop_local.packages import install_command, install_packages
from inkoop_local.providers import choose


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

    def remove(self) -> None:
        """End it and throw its data away. One of somebody else's is left alone."""
        ...


def kafka(directory: Path, environ: Mapping[str, str] = os.environ) -> Broker:
    """The first Kafka of the chain that can serve here; a forced one that cannot is an error."""
    chain: dict[str, Callable[[], Broker]] = {
        "url": lambda: _by_url(environ),
        "docker": lambda: _by_docker(directory, environ),
        "jvm": lambda: _by_jvm(directory, environ),
    }
    remedy = install_command(*JAVA_PACKAGES)
    return choose("INKOOP_KAFKA_PROVIDER", environ, chain, directory, remedy)


def _by_url(environ: Mapping[str, str]) -> Broker:
    if address := environ.get("INKOOP_KAFKA"):
        return KafkaUrl(address)
    raise Unavailable("INKOOP_KAFKA names no address", "INKOOP_KAFKA=host:port")


def _by_docker(directory: Path, environ: Mapping[str, str]) -> Broker:
    from inkoop_local import docker_engine, kafka_docker  # noqa: PLC0415  0.2 s, mostly for nothing

    docker_engine.require_engine(environ, kafka_docker.IMAGE)
    return kafka_docker.KafkaDocker(directory)


def _by_jvm(directory: Path, environ: Mapping[str, str]) -> Broker:
    java = find_java(environ)
    if not java or not (have_jars(environ) or shutil.which("mvn")):
        install_packages(environ, *JAVA_PACKAGES)
        java = find_java(environ)
    if not java:
        raise Unavailable("no Java 17 or newer", install_command(*JAVA_PACKAGES))
    kafka_jars(environ)
    return KafkaJvm(directory, java, environ)
