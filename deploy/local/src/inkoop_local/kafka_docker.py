"""Apache Kafka in its official image, with the same settings as the broker from the jars."""

from pathlib import Path

from inkoop_local import ports, state
from inkoop_local.docker_engine import NamedContainer, container_name
from inkoop_local.errors import StackError
from inkoop_local.kafka_jars import KAFKA_VERSION
from inkoop_local.kafka_probe import ask_cluster
from inkoop_local.kafka_properties import container_environment, new_cluster_id
from inkoop_local.waiting import until

IMAGE = f"apache/kafka:{KAFKA_VERSION}"
_START_SECONDS = 90


class KafkaDocker:
    """A broker in a container that belongs to `directory`."""

    provider = "docker"
    version = KAFKA_VERSION
    pid = None

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()
        self._made = self._directory / "container.json"

    @property
    def bootstrap(self) -> str:
        """Its address, the same for the life of the container."""
        container = self._container()
        return f"{container.host}:{container.port}"

    def start(self) -> None:
        """Return when it answers under its own cluster id."""
        with state.locked(self._directory / "lock"):
            container = self._container()
            container.start()
            wanted = state.read_json(self._made)["cluster"]
            bootstrap = f"{container.host}:{container.port}"

            def answer() -> bool | None:
                if not container.is_running():
                    raise StackError(f"{container.name} ended:\n{container.said()}")
                cluster = ask_cluster(bootstrap)
                return (cluster is not None and cluster.id == wanted) or None

            until(answer, _START_SECONDS, f"Kafka in container {container.name} answers")

    def stop(self) -> None:
        """Stop the container; it and its data stay."""
        if self._made.exists():
            self._container().stop()

    def kill(self) -> None:
        """Kill the container, as a crash does."""
        self._container().kill()

    def remove(self) -> None:
        """Throw container and data away."""
        if self._made.exists():
            self._container().remove()

    def _container(self) -> NamedContainer:
        made = state.read_json(self._made)
        if not made:
            made = {"port": ports.free_port(), "cluster": new_cluster_id()}
            state.write_json(self._made, made)
        container = NamedContainer(
            container_name(self._directory), IMAGE, 9092, int(made["port"]), {}
        )
        container.environment = container_environment(
            container.host, container.port, str(made["cluster"])
        )
        return container
