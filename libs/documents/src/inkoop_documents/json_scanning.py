"""One pass over a JSON document that picks the terms of a table, as `scanning` does for XML."""

import json
from typing import Any, NoReturn

from inkoop_documents.gate import Limits, Refusal
from inkoop_documents.scanned import Group, Scan, new_group
from inkoop_documents.tables.json import JSON_PARTS
from inkoop_documents.terms import Kind, Part, Term
from inkoop_documents.texts import composed, reader


def scan_json(data: bytes, limits: Limits) -> tuple[Group, Scan]:
    """The fields of a document, unjudged. Raises Refusal where it is no object of a known type."""
    document = _decode(data, limits)
    kind = document.get("type")
    part = JSON_PARTS.get(kind) if isinstance(kind, str) else None
    if part is None:
        raise Refusal("INKOOP-TYPE")
    scan = Scan()
    return _group(part, "", document, scan), scan


def _decode(data: bytes, limits: Limits) -> dict[str, Any]:
    if len(data) > limits.size:
        raise Refusal("INKOOP-SIZE", size=len(data), limit=limits.size)
    if data.count(b":") + data.count(b",") > limits.tags:
        raise Refusal("INKOOP-ELEMENTS", limit=limits.tags)
    try:
        document = json.loads(
            data.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise Refusal("INKOOP-ENCODING", encoding="?") from None
    except (ValueError, RecursionError) as error:
        raise Refusal("INKOOP-JSON", reason=str(error)) from None
    if not isinstance(document, dict):
        raise Refusal("INKOOP-TYPE")
    return document


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _group(part: Part, pointer: str, found: dict[str, Any], scan: Scan) -> Group:
    group = new_group(part, pointer)
    for term in part.terms:
        value = found.get(term.path)
        if value is None or value in ("", []):
            continue
        if isinstance(term, Part):
            _items(term, group, value, scan)
        elif not isinstance(value, str):
            group[term.id] = None
            scan.remark("kind", group, term, type(value).__name__)
        elif text := value.strip():
            group[term.id] = _value(term, text, group, scan)
    return group


def _items(part: Part, group: Group, value: Any, scan: Scan) -> None:  # noqa: ANN401 — any JSON
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        scan.remark("kind", group, Term(part.id, part.path), "list")
        return
    base = f"{group.origin}/{part.path}"
    group[part.id] = [_group(part, f"{base}/{n}", item, scan) for n, item in enumerate(value)]


def _value(term: Term, text: str, group: Group, scan: Scan) -> Any:  # noqa: ANN401 — by kind
    if term.kind is not Kind.TEXT:
        return reader(term.kind)(term, text, group, scan)
    if not text.isprintable() and any(_foreign(character) for character in text):
        scan.remark("text", group, term, "")
    return composed(text)


def _foreign(character: str) -> bool:
    """What no XML document could hold either: control characters and halves of surrogates."""
    return (character < " " and character not in "\t\n\r") or "\ud800" <= character <= "\udfff"
