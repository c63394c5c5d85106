"""Whether a schema may follow another: only optional fields with a default may be added."""

from collections.abc import Iterator
from typing import Any, cast

_WORDS = {"description", "title", "$schema", "examples"}
"""Keywords that may change at any time: they are for people."""


def breaks(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Every difference that a consumer or a stored message of `old` would feel, in words."""
    yield from _object("", old, new)
    for name, definition in old.get("$defs", {}).items():
        if name not in new.get("$defs", {}):
            yield f"{name}: the definition is gone"
        else:
            yield from _object(f"{name}.", definition, new["$defs"][name])


def _object(place: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    if _rules(old) != _rules(new):
        yield f"{place or 'the event '}changed: {_rules(old)} became {_rules(new)}"
    yield from _fields(place, old.get("properties", {}), new.get("properties", {}))
    yield from _presence(place, old, new)


def _fields(place: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for name, field in old.items():
        if name not in new:
            yield f"{place}{name} is gone"
        elif _plain(field) != _plain(new[name]):
            yield f"{place}{name} changed: {_plain(field)} became {_plain(new[name])}"


def _presence(place: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    fields = new.get("properties", {})
    for name in sorted((before - after) & fields.keys()):
        yield f"{place}{name} was always there and no longer is"
    for name in sorted(after - before):
        yield f"{place}{name} is now required"
    for name in sorted(fields.keys() - old.get("properties", {}).keys() - after):
        if "default" not in fields[name]:
            yield f"{place}{name} is new and has no default"


def _rules(schema: dict[str, Any]) -> dict[str, Any]:
    """What the schema says besides its fields: type, enum, `$id` and the like."""
    apart = {"properties", "required", "$defs"}
    return {name: _plain(rule) for name, rule in _keywords(schema) if name not in apart}


def _plain(schema: object) -> object:
    """The schema without words for people."""
    if isinstance(schema, list):
        return [_plain(item) for item in cast("list[object]", schema)]
    if isinstance(schema, dict):
        return {name: _plain(rule) for name, rule in _keywords(cast("dict[str, Any]", schema))}
    return schema


def _keywords(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, rule) for name, rule in schema.items() if name not in _WORDS)
