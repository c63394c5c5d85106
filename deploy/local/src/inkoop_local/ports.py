"""Ports of our own: free, remembered, and out of the way of outgoing connections."""

import random
import socket
import time
from pathlib import Path

from inkoop_local.errors import StackError
from inkoop_local.state import read_json, write_json

LOOPBACK = "127.0.0.1"

# Below Linux's range for outgoing connections (32768 and up): while a killed broker is away no
# client's connection can be given its port, nor connect to itself on it.
_LOWEST, _HIGHEST = 20_000, 31_999


def is_free(port: int) -> bool:
    """Whether somebody could listen on the port of loopback now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether somebody accepts connections on the port of loopback."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A free port, chosen at random."""
    for _ in range(200):
        port = random.randint(_LOWEST, _HIGHEST)  # noqa: S311  a port is no secret
        if is_free(port):
            return port
    raise StackError(f"no free port between {_LOWEST} and {_HIGHEST}")


def remembered(path: Path, *names: str) -> dict[str, int]:
    """The ports written in `path` under these names; one that is taken or new is chosen anew."""
    known = read_json(path)
    ports: dict[str, int] = {}
    for name in names:
        port = known.get(name)
        while not isinstance(port, int) or port in ports.values() or not _is_free_soon(port):
            port = free_port()
        ports[name] = port
    if ports != known:
        write_json(path, ports)
    return ports


def _is_free_soon(port: int) -> bool:
    """A killed process may hold its port a moment longer; one that listens keeps it."""
    for _ in range(20):
        if is_free(port):
            return True
        if answers(port):
            return False
        time.sleep(0.05)  # noqa: TID251  the pause between two questions
    return False
