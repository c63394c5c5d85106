"""The CloudEvents attributes of a message as a JSON Schema: what `envelope.py` writes, in words."""

from typing import Any

_ATTRIBUTES: dict[str, tuple[str, dict[str, Any]]] = {
    "ce_specversion": ("Version of CloudEvents.", {"const": "1.0"}),
    "ce_id": (
        "`<lane>-<sequence>`: unique within the source, the same when an event is sent again.",
        {"pattern": "^[0-9]+-[0-9]+$"},
    ),
    "ce_source": (
        "The service that tells, of the operator with this OIN.",
        {"pattern": "^urn:nld:oin:[0-9]{20}:systeem:[a-z-]+$"},
    ),
    "ce_type": (
        "`nl.inkoop.<entity>.<what-happened>.v<n>`.",
        {"pattern": r"^nl\.inkoop\.[a-z-]+\.[a-z-]+\.v[0-9]+$"},
    ),
    "ce_time": ("When the source stored the fact, UTC.", {"format": "date-time"}),
    "ce_subject": ("The key of the document that it is about.", {"minLength": 1}),
    "ce_dataschema": ("The `$id` of the payload's JSON Schema.", {"format": "uri"}),
    "ce_lane": ("The source's lane: its events are in order.", {"pattern": "^[0-9]+$"}),
    "ce_sequence": (
        "Rises within source and lane; zero-padded, so that its order as text is its order.",
        {"pattern": "^[0-9]{20}$"},
    ),
    "ce_department": ("OIN of the department concerned.", {"pattern": "^[0-9]{20}$"}),
    "ce_supplier": ("The supplier concerned, where there is one.", {"minLength": 1}),
    "ce_cause": (
        "What it came from: `<service>/<event id>` or `command/<id>`.",
        {"minLength": 1},
    ),
    "ce_actor": ("Who caused it.", {}),
    "ce_organisation": ("The organisation that the actor acted for.", {}),
    "ce_correlation": ("One for all that followed from one submission.", {}),
    "ce_traceparent": ("W3C trace context, when the cause was traced.", {}),
    "traceparent": ("The same, where tracing tools look for it.", {}),
    "content-type": ("Of the payload.", {"const": "application/json"}),
}
_WHERE_THERE_IS_ONE = {"ce_supplier", "ce_traceparent", "traceparent"}


def headers_schema() -> dict[str, Any]:
    """The headers of every message (design D5; CloudEvents Kafka binding §3.2.3)."""
    return {
        "type": "object",
        "description": "CloudEvents attributes as Kafka headers, UTF-8.",
        "required": [name for name in _ATTRIBUTES if name not in _WHERE_THERE_IS_ONE],
        "properties": {
            name: {"type": "string", "description": words, **rule}
            for name, (words, rule) in _ATTRIBUTES.items()
        },
    }
