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
from inkoop_host.tracing import current
from inkoop_kit.desk import Busy, CommandConflict

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

    async def answer(_: Request, error: Exception) -> Response:
        return problem_of(error).response()

    for sort in (
        HTTPException, RequestValidationError, Refused, CommandConflict, Busy,
        psycopg.OperationalError, psycopg.DataError, Exception,
    ):  # fmt: skip
        app.add_exception_handler(sort, answer)


def problem_of(error: Exception) -> Problem:
    """What is said of an error; of a bug, which the edge logs under the same trace, not a word."""
    match error:
        case Problem():
            problem = error
        case HTTPException():
            problem = _not_understood(error)
        case RequestValidationError():
            problem = _invalid(error)
        case Refused():
            problem = Problem(409, error.code, "The request was refused", error.detail)
        case CommandConflict():
            code, words = "IDEMPOTENCY_KEY_REUSED", "This key was used for another request"
            problem = Problem(409, code, words, "Give a new key, or send what it was used for.")
        case Busy():
            unsure = "It is not certain that nothing was done: the same request again is safe."
            problem = unavailable("BUSY", f"{error}. {unsure}", error.retry_after)
        case psycopg.OperationalError() | psycopg.DataError():
            problem = _of_database(error)
        case _:
            problem = Problem(500, "INTERNAL_ERROR", "An error on our side", "It is logged.")
    return problem


def _of_database(error: psycopg.OperationalError | psycopg.DataError) -> Problem:
    if isinstance(error, psycopg.DataError):  # a question with a NUL, a number beyond any column
        words = "Something in the question is no text or number that can be looked for."
        return Problem(400, "INVALID_INPUT", "The input is not valid", words)
    _log.warning("PostgreSQL is away", extra={"error": type(error).__name__})
    return unavailable("DATABASE_AWAY", "PostgreSQL does not answer.")


def _not_understood(error: HTTPException) -> Problem:
    match error.status_code:
        case 404:
            problem = Problem(404, "NOT_FOUND", "Nothing is here", "See /openapi.json.")
        case 405:
            problem = Problem(405, "METHOD_NOT_ALLOWED", "This cannot be done here")
        case status:
            problem = Problem(status, "HTTP_ERROR", "The request was not understood", error.detail)
    problem.headers = error.headers
    return problem


def _invalid(error: RequestValidationError) -> Problem:
    found: Sequence[dict[str, Any]] = error.errors()
    errors = [
        {"location": "/".join(map(str, e["loc"])), "code": e["type"], "detail": e["msg"]}
        for e in found
    ]
    detail = f"{len(errors)} to mend"
    return Problem(400, "INVALID_INPUT", "The input is not valid", detail, errors=errors)
