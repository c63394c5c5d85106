"""Problems: every answer that is not a success, as RFC 9457 `application/problem+json`."""

import logging
from collections.abc import Sequence
from typing import Any

import psycopg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from inkoop_events.values import Refused
from inkoop_kit.desk import Busy, CommandConflict
from inkoop_kit.tracing import current

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
"""What `Retry-After` says when the database or the queue of commands is the reason."""

_log = logging.getLogger(__name__)


class Problem(HTTPException):
    """An answer that says no. `code` is stable and upper case, `detail` says what to do about it.

    Further keywords become members of the body, for example `findings=[…]`.
    """

    def __init__(
        self, status: int, code: str, title: str, detail: str = "", **extra: object
    ) -> None:
        super().__init__(status, detail)
        self.code = code
        self.title = title
        self.extra = extra

    def response(self) -> Response:
        """The answer, with the trace id that a reader can ask us about."""
        body: dict[str, Any] = {
            "type": f"urn:inkoop:problem:{self.code.lower().replace('_', '-')}",
            "title": self.title,
            "status": self.status_code,
            "detail": self.detail,
            "code": self.code,
            **self.extra,
        }
        if (trace := current()) is not None:
            body["trace_id"] = trace.trace_id
        return JSONResponse(body, self.status_code, dict(self.headers or {}), MEDIA_TYPE)


def unavailable(code: str, detail: str, seconds: int = RETRY_SECONDS) -> Problem:
    """503, to be tried again after so many seconds."""
    problem = Problem(503, code, "Try again in a moment", detail)
    problem.headers = {"Retry-After": str(seconds)}
    return problem


def answer_problems(app: FastAPI) -> None:
    """Make every refusal and every error of the application a problem."""
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(CommandConflict, _on_conflict)
    app.add_exception_handler(Busy, _on_busy)
    app.add_exception_handler(psycopg.OperationalError, _on_database)
    app.add_exception_handler(Exception, _on_bug)


def internal_error() -> Problem:
    """A bug of ours; the log has it under the same trace id."""
    return Problem(500, "INTERNAL_ERROR", "An error on our side", "Nothing was done; it is logged.")


async def _on_http(_: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return error.response()
    assert isinstance(error, HTTPException)  # noqa: S101 — registered for this class
    match error.status_code:
        case 404:
            problem = Problem(404, "NOT_FOUND", "Nothing is here", "See /openapi.json.")
        case 405:
            problem = Problem(405, "METHOD_NOT_ALLOWED", "This cannot be done here")
        case status:
            problem = Problem(status, "HTTP_ERROR", "The request was not understood", error.detail)
    problem.headers = error.headers
    return problem.response()


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 — registered for this class
    found: Sequence[dict[str, Any]] = error.errors()
    errors = [
        {"location": "/".join(map(str, e["loc"])), "code": e["type"], "detail": e["msg"]}
        for e in found
    ]
    return Problem(
        400, "INVALID_INPUT", "The input is not valid", f"{len(errors)} to mend", errors=errors
    ).response()


async def _on_refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 — registered for this class
    return Problem(409, error.code, "The request was refused", error.detail).response()


async def _on_conflict(_: Request, error: Exception) -> Response:
    del error
    return Problem(
        409, "IDEMPOTENCY_KEY_REUSED", "This key was used for another request",
        "Give a new Idempotency-Key, or send what it was used for.",
    ).response()  # fmt: skip


async def _on_busy(_: Request, error: Exception) -> Response:
    assert isinstance(error, Busy)  # noqa: S101 — registered for this class
    detail = "It is not certain that nothing was done: the same request again is safe."
    return unavailable("BUSY", f"{error}. {detail}", error.retry_after).response()


async def _on_database(_: Request, error: Exception) -> Response:
    _log.warning("PostgreSQL is away: %s", type(error).__name__)
    return unavailable("DATABASE_AWAY", "PostgreSQL does not answer.").response()


async def _on_bug(_: Request, error: Exception) -> Response:
    del error  # raised again by the framework; the edge logs it once
    return internal_error().response()
