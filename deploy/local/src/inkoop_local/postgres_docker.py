"""PostgreSQL in its official image, with the same settings as the server from binaries."""

from pathlib import Path

import psycopg

from inkoop_local import ports, state
from inkoop_local.docker_engine import NamedContainer, container_name
from inkoop_local.errors import StackError
from inkoop_local.waiting import until

IMAGE = "postgres:18"
_START_SECONDS = 90


class PostgresDocker:
    """A server in a container that belongs to `directory`."""

    provider = "docker"
    version = IMAGE.partition(":")[2]
    pid = None

    def __init__(self, directory: Path, *, durable: bool) -> None:
        self._directory = directory.resolve()
        self._durable = durable

    @property
    def admin_url(self) -> str:
        """The superuser's URL of database `postgres`."""
        return self.url("postgres", "postgres")

    def url(self, user: str, database: str) -> str:
        """The URL of a role and a database, the same for the life of the container."""
        container = self._container()
        return f"postgresql://{user}@{container.host}:{container.port}/{database}"

    def start(self) -> None:
        """Return when `select 1` is answered."""
        with state.locked(self._directory / "lock"):
            container = self._container()
            container.start()

            def answer() -> bool | None:
                if not container.is_running():
                    raise StackError(f"{container.name} ended:\n{container.said()}")
                return self._answers() or None

            until(answer, _START_SECONDS, f"PostgreSQL in container {container.name} answers")

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

    @property
    def _made(self) -> Path:
        return self._directory / "container.json"

    def _container(self) -> NamedContainer:
        made = state.read_json(self._made)
        if not made:
            made = {"port": ports.free_port()}
            state.write_json(self._made, made)
        fsync = "on" if self._durable else "off"
        return NamedContainer(
            container_name(self._directory),
            IMAGE,
            5432,
            int(made["port"]),
            {
                # Its port is on loopback only.
                "POSTGRES_HOST_AUTH_METHOD": "trust",
                "POSTGRES_INITDB_ARGS": "--locale=C.UTF-8 -E UTF8",
            },
            "postgres -c max_connections=200 -c shared_buffers=256MB -c max_wal_size=4GB"
            f" -c fsync={fsync}",
        )

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.admin_url, connect_timeout=3) as connection:
                return connection.execute("select 1").fetchone() is not None
        except psycopg.Error:
            return False
