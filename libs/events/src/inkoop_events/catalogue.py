"""All public events by wire type: who publishes them, on which topic, under which key."""

from typing import Any

from inkoop_events import invoicing, matching, ordering
from inkoop_events.asyncapi import document
from inkoop_events.entries import PARTITIONS, Entry, Topic, schema_uri

__all__ = [
    "EVENTS_BY_TYPE",
    "HEARS",
    "PARTITIONS",
    "TOPICS",
    "Entry",
    "Topic",
    "asyncapi",
    "event_class",
    "schema_uri",
    "services",
]

_ORDER = "order: <department OIN>/<order number>"
_INVOICE = "invoice: <department OIN>/<supplier id>/<invoice number>"

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic(ordering.TOPIC, _ORDER, "ordering"),
        Topic(invoicing.TOPIC, _INVOICE, "invoicing"),
        Topic(invoicing.PRESENTED_TOPIC, _ORDER, "invoicing"),
        Topic(matching.TOPIC, _INVOICE, "matching"),
    )
}
"""The topics of the services; `deploy/kafka/topics.yaml` declares the same (tests/repo)."""

HEARS: dict[str, tuple[str, ...]] = {
    "ordering": (),
    "invoicing": (matching.TOPIC,),
    "matching": (ordering.TOPIC, invoicing.PRESENTED_TOPIC),
}
"""The topics that a service reads."""

EVENTS_BY_TYPE: dict[str, Entry] = {
    event.TYPE: Entry(event.TYPE, event, TOPICS[event.TOPIC])
    for event in (*ordering.EVENTS, *invoicing.EVENTS, *matching.EVENTS)
}


def event_class(wire_type: str) -> type[Any]:
    """The class of the payload. Raises KeyError for a type that is not in the catalogue."""
    return EVENTS_BY_TYPE[wire_type].event


def services() -> tuple[str, ...]:
    """Every service that publishes or hears, in the order of the flow."""
    return tuple(HEARS)


def asyncapi(service: str) -> dict[str, Any]:
    """The AsyncAPI 3.0 document of a service: what it hears and what it tells.

    The host gives it to FastStream as its specification; `inkoop_events.generate` writes it to
    `docs/events/`. Raises KeyError for a service that is not in the catalogue.
    """
    entries = tuple(EVENTS_BY_TYPE.values())
    return document(service, entries, hears=HEARS[service])
