"""What became of documents that came in over HTTP: an outcome for each, whatever befell others."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel
from starlette.responses import Response

from inkoop_host.findings import KEY_REUSED, Finding, Words, explain
from inkoop_host.intake import Document, Submission
from inkoop_host.problems import Problem
from inkoop_kit.desk import Answer, CommandConflict, Desk, Said
from inkoop_kit.streams import Ask, Refused

DUPLICATE = "DUPLICATE"
"""Code of a refusal that says: another document has this number already."""
INTERNAL_ERROR = "INTERNAL_ERROR"
INLINE = 32 * 1024
"""Bytes that are read at once, in a millisecond or two; more goes to a thread meanwhile."""

_log = logging.getLogger(__name__)


class Outcome(BaseModel):
    """What became of one document; `events` are the ids `<lane>-<sequence>` that it led to.

    Accepted: new. Repeated: the same as before, nothing happened. Duplicate: kept, not in force.
    Refused: not kept; `code` and `findings` say why.
    """

    name: str
    sha256: str
    status: Literal["accepted", "repeated", "duplicate", "refused"]
    document: str | None = None
    key: str | None = None
    events: list[str] = []
    findings: list[Finding] = []
    code: str | None = None
    detail: str | None = None


class OneOutcome(BaseModel):
    """The answer to one document."""

    document: Outcome


class Outcomes(BaseModel):
    """The answers to several documents, in their order."""

    documents: list[Outcome]


@dataclass(frozen=True, slots=True)
class Understood:
    """A document that could be read: what sort it is, its key, and what it asks."""

    document: str
    key: str
    ask: Ask[Any, Any]
    findings: tuple[Finding, ...] = ()
    """Warnings only: what is fatal is raised as NotUnderstood."""


class NotUnderstood(Exception):  # noqa: N818 — an answer to the sender
    """A document cannot be read: `findings` say why, the first gives the code."""

    def __init__(self, findings: Sequence[Finding], document: str | None = None) -> None:
        super().__init__(findings[0].rule)
        self.findings, self.document = tuple(findings), document


class Reader(Protocol):
    """What a service knows of its documents."""

    def read(self, document: Document) -> Understood:
        """Raises NotUnderstood."""
        ...

    def judge(self, facts: Sequence[Any]) -> Refused | None:
        """What the facts of a command say against its document, although they were recorded."""
        ...

    def notice(self, facts: Sequence[Any]) -> list[Finding]:
        """What is worth a look in the facts of a command that was accepted."""
        ...

    @property
    def words(self) -> Words:
        """What its refusals mean."""
        ...


async def take_in(desk: Desk, submission: Submission, reader: Reader) -> list[Outcome]:
    """Read, ask and answer every document of a request. Raises Busy, and then none is certain."""
    documents = submission.documents
    read = await _read_all(reader, documents)
    asked = [
        (one.ask, each.command)
        for one, each in zip(read, documents, strict=True)
        if isinstance(one, Understood)
    ]
    said = iter(await desk.ask_many(asked) if asked else ())
    return [
        _answered(each, one, next(said), reader) if isinstance(one, Understood) else one
        for one, each in zip(read, documents, strict=True)
    ]


def respond(outcomes: Sequence[Outcome], *, single: bool) -> Response:
    """The response: of one document by its status, of several always 200. Raises Problem."""
    if not single:
        return _json(Outcomes(documents=list(outcomes)), 200)
    [outcome] = outcomes
    if outcome.status in {"duplicate", "refused"}:
        raise _problem(outcome)
    return _json(OneOutcome(document=outcome), 201 if outcome.status == "accepted" else 200)


def _json(body: OneOutcome | Outcomes, status: int) -> Response:
    return Response(body.model_dump_json(), status, media_type="application/json")


async def _read_all(reader: Reader, documents: Sequence[Document]) -> list[Understood | Outcome]:
    if sum(len(each.data) for each in documents) <= INLINE:
        return [_read(reader, each) for each in documents]
    return await asyncio.to_thread(lambda: [_read(reader, each) for each in documents])


def _read(reader: Reader, document: Document) -> Understood | Outcome:
    refused = Outcome(name=document.name, sha256=document.sha256, status="refused")
    try:
        return reader.read(document)
    except NotUnderstood as why:
        return refused.model_copy(
            update={
                "document": why.document,
                "findings": list(why.findings),
                "code": why.findings[0].rule,
                "detail": why.findings[0].message.en,
            }
        )
    except Exception:
        _log.exception("a document could not be read", extra={"sha256": document.sha256})
        return refused.model_copy(update={"code": INTERNAL_ERROR, "detail": "It is logged."})


def _answered(document: Document, read: Understood, said: Said, reader: Reader) -> Outcome:
    outcome = Outcome(
        name=document.name,
        sha256=document.sha256,
        status="accepted",
        document=read.document,
        key=read.key,
        findings=list(read.findings),
    )
    if isinstance(said, Answer):
        against = reader.judge(said.facts)
        repeated = said.repeated or not said.facts
        told = {
            "events": list(said.events),
            "status": "repeated" if repeated else "accepted",
            "findings": [*read.findings, *reader.notice(said.facts)],
        }
        outcome = outcome.model_copy(update=told)
    elif isinstance(said, CommandConflict):
        against = Refused(KEY_REUSED, "this key came before with another body")
    else:
        against = said
    return _spoken_against(outcome, against, reader) if against else outcome


def _spoken_against(outcome: Outcome, refused: Refused, reader: Reader) -> Outcome:
    return outcome.model_copy(
        update={
            "status": "duplicate" if refused.code == DUPLICATE else "refused",
            "code": refused.code,
            "detail": refused.detail,
            "findings": [*explain(refused, reader.words), *outcome.findings],
        }
    )


def _problem(outcome: Outcome) -> Problem:
    body = outcome.model_dump(mode="json")
    title = "There is another document with this number"
    status = 409
    if outcome.code == KEY_REUSED:
        title = "The idempotency key was used before"
    elif outcome.code == INTERNAL_ERROR:
        status, title = 500, "An error on our side"
    elif outcome.status == "refused":
        status, title = 400, "The document is not accepted"
    return Problem(
        status,
        outcome.code or "REFUSED",
        title,
        outcome.detail or "",
        findings=body["findings"],
        document=body,
    )
