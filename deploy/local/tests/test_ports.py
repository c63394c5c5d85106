import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from inkoop_local import ports


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        yield server


def test_ports_are_remembered_while_they_are_free(tmp_path: Path) -> None:
    first = ports.remembered(tmp_path / "ports.json", "broker", "controller")
    assert ports.remembered(tmp_path / "ports.json", "broker", "controller") == first
    assert first["broker"] != first["controller"]


def test_a_port_that_another_listens_on_is_chosen_anew(
    tmp_path: Path, listener: socket.socket
) -> None:
    taken = listener.getsockname()[1]
    (tmp_path / "ports.json").write_text(f'{{"broker": {taken}}}')
    chosen = ports.remembered(tmp_path / "ports.json", "broker")["broker"]
    assert chosen != taken
    assert ports.is_free(chosen)


def test_a_port_is_never_one_that_an_outgoing_connection_can_get() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(ports.free_port() < lowest for _ in range(20))


def test_who_listens_answers(listener: socket.socket) -> None:
    assert ports.answers(listener.getsockname()[1])
    assert not ports.is_free(listener.getsockname()[1])
    assert not ports.answers(ports.free_port())
