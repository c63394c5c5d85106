"""A Kafka that somebody else runs, at an address from the environment."""

from inkoop_local.errors import StackError
from inkoop_local.kafka_probe import ask_cluster
from inkoop_local.waiting import until


class KafkaUrl:
    """Used as it is: never started, stopped or killed by us."""

    provider = "url"
    version = "unknown"
    pid = None

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def start(self) -> None:
        """Return when it answers; raises StackError after 15 s."""
        until(lambda: ask_cluster(self.bootstrap), 15, f"Kafka at {self.bootstrap} answers")

    def stop(self) -> None:
        """Leave it alone."""

    def remove(self) -> None:
        """Leave it alone."""

    def kill(self) -> None:
        """Refuse: it is not ours."""
        raise StackError(f"Kafka at {self.bootstrap} is not ours to kill")
