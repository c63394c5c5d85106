"""What the catalogue says of a public event and of a topic."""

from dataclasses import dataclass
from typing import Any

PARTITIONS = 24
"""Of every topic, for ever: a key keeps its lane (design D6)."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the services: its name, what its messages are keyed by, and who writes it."""

    name: str
    key: str
    """What the key of a message is, in words."""
    publisher: str
    """The service that writes it; no other does."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A public event: its wire type, the class that is its payload, and where it travels."""

    wire_type: str
    event: type[Any]
    topic: Topic


def schema_uri(wire_type: str) -> str:
    """The `dataschema` attribute of this wire type and the `$id` of its JSON Schema.

    A URN, because we own no host name and a schema must keep its name when the files move; the
    version is in the wire type (CloudEvents 1.0 §dataschema; NL GOV profile 1.1).
    """
    return f"urn:nld:inkoop:schema:{wire_type}"
