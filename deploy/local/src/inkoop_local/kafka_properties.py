"""The settings of the local broker: one KRaft node on loopback, quick to start and to return."""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

LARGEST_MESSAGE = 8 * 1024 * 1024
"""Bytes; the topics of deploy/kafka/topics.yaml allow no more."""

_FIXED = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "num.partitions": "24",
    "auto.create.topics.enable": "false",  # as in production: topics are declared once
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "message.max.bytes": str(LARGEST_MESSAGE),
    "replica.fetch.max.bytes": str(LARGEST_MESSAGE),
    "group.initial.rebalance.delay.ms": "0",  # 3000 would let every new group wait 3 s
    # 9000 would let a start after kill -9 wait for the dead broker's session to end.
    "broker.session.timeout.ms": "1000",
    "broker.heartbeat.interval.ms": "250",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "num.recovery.threads.per.data.dir": "2",
    "log.cleaner.dedupe.buffer.size": "16777216",  # 128 MB, its default, does not fit the heap
    "log.segment.bytes": "67108864",
    "offsets.topic.segment.bytes": "8388608",
    "transaction.state.log.segment.bytes": "8388608",
}

LOG4J = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


def server_properties(data: Path, listens: Mapping[str, int], proxy: str = "") -> str:
    """The whole server.properties; `listens` has the ports `broker` and `controller`.

    With the address of a `proxy` (host:port), the port `proxied` is listened on too, and whoever
    asks there is sent to the proxy. The quorum is static, so that no port stands in the formatted
    directory and all may change.
    """
    broker, controller = listens["broker"], listens["controller"]
    behind = f",PROXIED://127.0.0.1:{listens['proxied']}" if proxy else ""
    moving = {
        "listeners": f"PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}{behind}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{broker}"
        + (f",PROXIED://{proxy}" if proxy else ""),
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "log.dirs": str(data),
    }
    return "".join(f"{name}={value}\n" for name, value in (_FIXED | moving).items())


def container_environment(host: str, port: int, cluster: str) -> dict[str, str]:
    """The same settings as the official image takes them; once one is given, all are needed."""
    moving = {
        "listeners": "PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093",
        "advertised.listeners": f"PLAINTEXT://{host}:{port}",
        "controller.quorum.voters": "1@127.0.0.1:9093",
        "log.dirs": "/var/lib/kafka/data",
    }
    named = {
        f"KAFKA_{name.upper().replace('.', '_')}": value
        for name, value in (_FIXED | moving).items()
    }
    return {**named, "CLUSTER_ID": cluster, "KAFKA_HEAP_OPTS": "-Xms256m -Xmx256m"}


def new_cluster_id() -> str:
    """A random id as Kafka wants it: 22 characters of base64, the first one no dash."""
    while (made := base64.urlsafe_b64encode(secrets.token_bytes(16)).decode()[:22])[0] == "-":
        pass
    return made


def cluster_id(data: Path) -> str | None:
    """The id with which a data directory was formatted; None where it was not (wholly) yet."""
    try:
        lines = (data / "meta.properties").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    return next((x.partition("=")[2] for x in lines if x.startswith("cluster.id=")), None)
