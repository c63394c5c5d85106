"""AsyncAPI 3.0 of one service, made from the catalogue (design D7)."""

from collections.abc import Sequence
from typing import Any

from inkoop_events.entries import PARTITIONS, Entry, schema_uri
from inkoop_events.headers import headers_schema
from inkoop_events.schemas import event_schemas

BINDING = "0.5.0"
"""Version of AsyncAPI's Kafka binding."""


def document(service: str, entries: Sequence[Entry], *, hears: Sequence[str]) -> dict[str, Any]:
    """What `service` tells (send) and hears (receive): one message for each wire type."""
    told = [entry for entry in entries if entry.topic.publisher == service]
    heard = [entry for entry in entries if entry.topic.name in hears]
    payloads, schemas = event_schemas(
        [entry.event for entry in (*told, *heard)], "#/components/schemas/{model}"
    )
    messages = {
        entry.wire_type: _message(entry, payloads[entry.event]) for entry in (*told, *heard)
    }
    return {
        "asyncapi": "3.0.0",
        "info": _info(service),
        "defaultContentType": "application/json",
        "channels": _channels([*told, *heard]),
        "operations": {
            **_operations("tell", "send", told),
            **_operations("hear", "receive", heard),
        },
        "components": {
            "messages": messages,
            "schemas": {"CloudEvent": headers_schema(), **schemas},
        },
    }


def _info(service: str) -> dict[str, Any]:
    return {
        "title": f"DigiInkoop: {service}",
        "version": "1",
        "description": (
            "CloudEvents 1.0 by the NL GOV profile 1.1, binary content mode on Kafka: attributes "
            "as `ce_` headers, the payload as JSON. A consumer ignores types and fields that it "
            "does not know, and drops what is not above the highest `ce_sequence` that it has seen "
            "of `ce_source` and `ce_lane`: an event may be sent twice."
        ),
        "license": {"name": "EUPL-1.2"},
    }


def _message(entry: Entry, payload: dict[str, Any]) -> dict[str, Any]:
    words = (entry.event.__doc__ or "").strip()
    fixed = {"ce_type": {"const": entry.wire_type}}
    fixed["ce_dataschema"] = {"const": schema_uri(entry.wire_type)}
    return {
        "name": entry.wire_type,
        "title": entry.event.__name__,
        "summary": words.partition("\n")[0],
        "contentType": "application/json",
        "headers": {
            "allOf": [
                _ref("components", "schemas", "CloudEvent"),
                {"type": "object", "properties": fixed},
            ]
        },
        "payload": payload,
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": entry.topic.key},
                "bindingVersion": BINDING,
            }
        },
    }


def _channels(entries: Sequence[Entry]) -> dict[str, Any]:
    channels: dict[str, Any] = {}
    for entry in entries:
        channel = channels.setdefault(
            entry.topic.name,
            {
                "address": entry.topic.name,
                "description": f"Written by {entry.topic.publisher}. Key: {entry.topic.key}",
                "messages": {},
                "bindings": {
                    "kafka": {
                        "topic": entry.topic.name,
                        "partitions": PARTITIONS,
                        "bindingVersion": BINDING,
                    }
                },
            },
        )
        channel["messages"][entry.wire_type] = _ref("components", "messages", entry.wire_type)
    return channels


def _operations(verb: str, action: str, entries: Sequence[Entry]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for entry in entries:
        topic = entry.topic.name
        operation = operations.setdefault(
            f"{verb}-{topic}",
            {"action": action, "channel": _ref("channels", topic), "messages": []},
        )
        operation["messages"].append(_ref("channels", topic, "messages", entry.wire_type))
    return operations


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}
