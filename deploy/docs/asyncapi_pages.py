"""An AsyncAPI 3.0 document of ours as a page: what is told, what is heard, in which form."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def asyncapi_page(document: Json) -> str:
    """The document as Markdown: operations, messages, headers, and every schema once."""
    components = document["components"]
    return "\n".join(
        [
            f"# {document['info']['title']}",
            "",
            _plain(document["info"]["description"]),
            "",
            *_operations(document),
            "## Messages",
            "",
            *_messages(components["messages"]),
            "## Headers",
            "",
            *_fields(components["schemas"]["CloudEvent"]),
            "## Schemas",
            "",
            *_schemas(components["schemas"]),
        ]
    )


def _operations(document: Json) -> Iterator[str]:
    for operation in document["operations"].values():
        verb = "Tells on" if operation["action"] == "send" else "Hears on"
        channel = _at(document, operation["channel"])
        partitions = channel["bindings"]["kafka"]["partitions"]
        yield f"## {verb} `{channel['address']}`"
        yield ""
        yield f"{_plain(channel['description'])}. {partitions} partitions."
        yield ""
        for reference in operation["messages"]:
            message = _at(document, _at(document, reference))
            title, summary = message["title"], _plain(message["summary"])
            yield f"- [{title}](#{_anchor(title)}): {summary}"
        yield ""


def _messages(messages: Json) -> Iterator[str]:
    for message in messages.values():
        payload = message["payload"]["$ref"].rpartition("/")[2]
        key = _plain(message["bindings"]["kafka"]["key"]["description"])
        yield f"- `{message['name']}`, key {key}: payload [{payload}](#{_anchor(payload)})"
    yield ""


def _schemas(schemas: Json) -> Iterator[str]:
    for name, schema in schemas.items():
        if name == "CloudEvent":
            continue
        yield f"### {name}"
        yield ""
        yield _plain(schema.get("description", ""))
        yield ""
        if "enum" in schema:
            yield "One of " + ", ".join(f"`{value}`" for value in schema["enum"]) + "."
            yield ""
        else:
            yield from _fields(schema)


def _fields(schema: Json) -> Iterator[str]:
    yield "| field | form | always | what it is |"
    yield "|---|---|---|---|"
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        always = "yes" if name in required else "no"
        words = " ".join(_plain(field.get("description", "")).split()).replace("|", "&#124;")
        yield f"| `{name}` | {_form(field)} | {always} | {words} |"
    yield ""


def _form(field: Json) -> str:
    """The form of a field in a few words; a pattern is shown, as it is what is checked."""
    match field:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            form = f"[{name}](#{_anchor(name)})"
        case {"anyOf": choices}:
            form = " or ".join(_form(choice) for choice in choices)
        case {"type": "array", "items": item}:
            form = f"list of {_form(item)}"
        case {"const": value}:
            form = f"`{value}`"
        case {"type": str(kind), "format": str(named)}:
            form = f"{kind}, {named}"
        case {"type": str(kind), "pattern": str(pattern)}:
            form = f"{kind} `{pattern}`".replace("|", "&#124;")
        case _:
            form = str(field.get("type", "anything"))
    return form


def _at(document: Json, reference: Json) -> Json:
    """What a reference within the document points to; what is no reference is itself."""
    if "$ref" not in reference:
        return reference
    found: Any = document
    for part in reference["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return _at(document, found) if "$ref" in found else found


def _plain(text: str) -> str:
    """Words that look like a tag are shown; what is quoted as code is shown by itself."""
    parts = text.split("`")
    parts[::2] = [part.replace("<", "&lt;") for part in parts[::2]]
    return "`".join(parts)


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9-]", "", heading.lower())
