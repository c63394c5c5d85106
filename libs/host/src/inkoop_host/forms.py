"""JSON that people and systems send in: exact numbers, dates as dates, and all errors at once."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    WithJsonSchema,
)
from starlette.requests import Request

from inkoop_host.callers import Asks, make_command
from inkoop_host.findings import Finding, Message
from inkoop_host.intake import Document, Submission
from inkoop_host.outcomes import NotUnderstood

RULE = "INVALID_INPUT"
"""Rule of a finding on JSON that is not as the schema says."""
MAX_DIGITS = 60
"""Characters of a number; a longer one is no number of people."""
KEY = r"^[\x21-\x7e]{1,255}$"
"""What an `Idempotency-Key` may be."""
_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"

F = TypeVar("F", bound="Form")


def _exact(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, float):
        raise ValueError('a number with a fraction is written as a string, like "12.50"')  # noqa: TRY004 — pydantic
    if not isinstance(value, str) or len(value) > MAX_DIGITS or not _is_number(value):
        raise ValueError('a number is written like "12.50"')
    return Decimal(value)


def _day(value: object) -> date:
    if not isinstance(value, str) or len(value) != len("2026-11-01"):
        raise ValueError("a date is written like 2026-11-01")
    return date.fromisoformat(value)


Exact = Annotated[
    Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "string", "pattern": _NUMBER})
]
"""A number that keeps every digit: a string, or a whole number; never a float."""
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A calendar date, ISO 8601."""


class Form(BaseModel):
    """What one JSON document must look like; what it does not know is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


async def json_body(
    request: Request,
    asks: Asks,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key", pattern=KEY)] = None,
) -> Submission:
    """The JSON body of a request as a document: once per organisation and `Idempotency-Key`.

    Without a key its bytes are the key, as for a document, wherever they are posted.
    """
    data = await request.body()
    sha256 = hashlib.sha256(data).hexdigest()
    fingerprint = sha256
    if idempotency_key is not None:
        fingerprint = hashlib.sha256(f"{request.url.path} {sha256}".encode()).hexdigest()
    once = make_command(request, asks, idempotency_key or sha256, fingerprint)
    return Submission((Document("", "application/json", data, sha256, once),), single=True)


JsonBody = Annotated[Submission, Depends(json_body)]
"""The type of a handler's parameter that takes the JSON body as a document."""


def body_of(form: type[Form]) -> dict[str, Any]:
    """`openapi_extra` of a route that takes this form as its body."""
    schema = form.model_json_schema()
    schema = _inline(schema, schema.pop("$defs", {}))
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


def is_json(data: bytes) -> bool:
    """Whether these bytes mean to be JSON: an object or array, whatever a header says."""
    return data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}


def read_json(data: bytes) -> Any:
    """Any JSON. Raises NotUnderstood for what is none."""
    try:
        text = data.decode("utf-8-sig")
        content = json.loads(text)
        if "\\ud" in text.lower():  # half a character cannot be stored
            json.dumps(content, ensure_ascii=False).encode()
        return content  # noqa: TRY300 — all of it may raise
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else type(error).__name__
        message = Message(nl=f"Dit is geen JSON: {reason}", en=f"This is no JSON: {reason}")
        raise NotUnderstood([Finding(rule=RULE, message=message)]) from error


def fill_in(form: type[F], content: Any, document: str) -> F:
    """The form filled in with JSON. Raises NotUnderstood with all that is wrong."""
    try:
        return form.model_validate(content)
    except ValidationError as invalid:
        raise NotUnderstood(list(_findings(invalid)), document) from None


def _findings(invalid: ValidationError) -> Iterator[Finding]:
    for error in invalid.errors(include_url=False, include_context=False, include_input=False):
        message = error["msg"].removeprefix("Value error, ")
        missing, unknown = error["type"] == "missing", error["type"] == "extra_forbidden"
        dutch = "Dit veld ontbreekt" if missing else "Dit veld kennen wij niet" if unknown else None
        yield Finding(
            rule=RULE,
            location="".join(f"/{part}" for part in error["loc"]),
            message=Message(nl=dutch or f"De waarde is niet bruikbaar: {message}", en=message),
        )


def _inline(schema: Any, known: dict[str, Any]) -> Any:
    """A schema without references: OpenAPI keeps definitions elsewhere."""
    if isinstance(schema, list):
        return [_inline(part, known) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(name := schema.get("$ref"), str):
        return _inline(known[name.rpartition("/")[2]], known)
    return {key: _inline(part, known) for key, part in schema.items()}


def _is_number(text: str) -> bool:
    whole, dot, fraction = text.removeprefix("-").partition(".")
    digits = whole + fraction
    return bool(whole) and bool(fraction) == bool(dot) and digits.isascii() and digits.isdecimal()
