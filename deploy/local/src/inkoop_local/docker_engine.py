"""Containers that outlive their starter, on a Docker engine that answers."""

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.models.containers import Container
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from inkoop_local import ports
from inkoop_local.errors import StackError, Unavailable


def require_engine(environ: Mapping[str, str], image: str) -> None:
    """Raise Unavailable unless an engine answers that has the image or can get it."""
    # A `docker` program proves nothing, and importing its client for nothing costs 0.2 s.
    sockets = (Path("/var/run/docker.sock"), Path.home() / ".docker/run/docker.sock")
    if "DOCKER_HOST" not in environ and not any(socket.exists() for socket in sockets):
        raise Unavailable("Docker does not answer (no socket, no DOCKER_HOST)", "start Docker")
    try:
        client = docker.from_env(timeout=120, environment=dict(environ))
        with contextlib.closing(client):
            client.ping()
            try:
                client.images.get(image)
            except ImageNotFound:
                client.images.pull(image)
    except DockerException as silence:
        raise Unavailable(f"Docker does not serve {image}: {silence}", "start Docker") from silence


def container_name(directory: Path) -> str:
    """A name that belongs to one directory of one checkout."""
    digest = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:12]
    return f"inkoop-{digest}-{directory.name}"


@dataclass(slots=True)
class NamedContainer:
    """A container by name, with one port on the host; its data lives as long as it does.

    The host's port is chosen before it is made, so that a broker can advertise it, and stays.
    """

    name: str
    image: str
    inner_port: int
    port: int
    environment: Mapping[str, str]
    command: str | None = None
    _host: str = field(default="", init=False)

    @property
    def host(self) -> str:
        """Where its port is, as seen from here."""
        if not self._host:
            found = DockerContainer(self.image).get_docker_client().host()
            self._host = ports.LOOPBACK if found == "localhost" else found
        return self._host

    def start(self) -> None:
        """Start it, made if it is not there; nothing where it runs."""
        try:
            if container := self._find():
                container.start()
            else:
                self._create()
        except APIError as refusal:
            raise StackError(f"Docker did not start {self.name}: {refusal}") from refusal

    def stop(self) -> None:
        """Stop it; container and data stay."""
        if container := self._find():
            container.stop(timeout=30)

    def kill(self) -> None:
        """Kill it, as a crash does."""
        container = self._find()
        if container and container.status == "running":
            container.kill()

    def remove(self) -> None:
        """Throw it and its data away."""
        if container := self._find():
            container.remove(force=True, v=True)

    def is_running(self) -> bool:
        """Whether its program runs."""
        container = self._find()
        return container is not None and container.status == "running"

    def said(self) -> str:
        """The end of its log."""
        container = self._find()
        return container.logs(tail=15).decode(errors="replace") if container else ""

    def _create(self) -> None:
        # testcontainers' reaper would take it away when this process ends.
        testcontainers_config.ryuk_disabled = True
        container = DockerContainer(self.image, env=dict(self.environment), name=self.name)
        if self.command:
            container.with_command(self.command)
        container.with_bind_ports(self.inner_port, self.port)
        if self.host == ports.LOOPBACK:
            loopback: Any = (ports.LOOPBACK, self.port)  # not on the machine's other addresses
            container.ports[str(self.inner_port)] = loopback
        container.start()

    def _find(self) -> Container | None:
        client = DockerContainer(self.image).get_docker_client().client
        try:
            return client.containers.get(self.name)
        except NotFound:
            return None
