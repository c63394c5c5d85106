"""JSON Schemas of the public events, made by pydantic from the classes that msgspec encodes."""

import ast
import inspect
import textwrap
from collections.abc import Iterable
from dataclasses import is_dataclass
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from inkoop_events.entries import schema_uri

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DECIMAL = r"^-?[0-9]+(\.[0-9]+)?(E[+-]?[0-9]+)?$"
"""How a decimal is written: exact, as a string, `12.50`; very small ones as `1E-7`."""


def event_schema(event: type[Any]) -> dict[str, Any]:
    """The whole schema of one event: `$id` is the `dataschema` of its messages."""
    roots, definitions = event_schemas([event], "#/$defs/{model}")
    name = roots[event]["$ref"].rpartition("/")[2]
    own = definitions.pop(name)
    head = {"$schema": DIALECT, "$id": schema_uri(event.TYPE), "title": name}
    rest = {"$defs": definitions} if definitions else {}
    return {**head, **own, **rest}


def event_schemas(
    events: Iterable[type[Any]], ref_template: str
) -> tuple[dict[type[Any], dict[str, Any]], dict[str, Any]]:
    """A reference for each event, and the definitions of all of them by class name."""
    adapters: list[tuple[type[Any], JsonSchemaMode, TypeAdapter[Any]]] = [
        (event, "serialization", TypeAdapter(event)) for event in events
    ]
    found, all_of_them = TypeAdapter.json_schemas(
        adapters, ref_template=ref_template, schema_generator=_Generator
    )
    roots = {event: found[event, "serialization"] for event, _, _ in adapters}
    return roots, all_of_them.get("$defs", {})


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, told how msgspec writes decimals, and to leave titles to classes."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        return {"type": "string", "pattern": DECIMAL}

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        made = super().dataclass_schema(schema)
        for name, words in _attribute_docstrings(schema["cls"]).items():
            made.get("properties", {}).get(name, {})["description"] = words
        return made


def _attribute_docstrings(cls: type[Any]) -> dict[str, str]:
    """The string below a field, as written; a frozen slots dataclass cannot ask pydantic for it."""
    if not is_dataclass(cls):
        return {}
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    found: dict[str, str] = {}
    previous: ast.stmt | None = None
    for statement in getattr(body, "body", []):
        if isinstance(previous, ast.AnnAssign) and isinstance(previous.target, ast.Name):
            match statement:
                case ast.Expr(value=ast.Constant(value=str(words))):
                    found[previous.target.id] = inspect.cleandoc(words)
                case _:
                    pass
        previous = statement
    return found
