"""Documents to outcomes, on the store in memory; the documents are numbers that a tally adds."""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any, cast

import pytest
import pytest_asyncio
from kit_tally import NOW, OPERATOR, TALLIES, TALLY, Added

from inkoop_host.findings import Finding, Message, Words
from inkoop_host.intake import Document, Submission
from inkoop_host.outcomes import (
    NotUnderstood,
    Outcome,
    Understood,
    respond,
    take_in,
)
from inkoop_host.problems import Problem
from inkoop_kit.batch import codecs
from inkoop_kit.desk import Command, Desk
from inkoop_kit.streams import Ask, Refused
from inkoop_kit.testing.memory import MemoryStore


def finding(rule: str) -> Finding:
    return Finding(rule=rule, message=Message(nl=f"nl {rule}", en=f"en {rule}"))


WORDS: Words = {"TOO_MUCH": Message(nl="nl TOO_MUCH", en="en TOO_MUCH")}


class Numbers:
    """Adds numbers under 100; 13 is kept but spoken against, 7 is worth a look."""

    words = WORDS

    def read(self, document: Document) -> Understood:
        if document.data == b"bug":
            raise RuntimeError("a bug")
        if not document.data.strip().isdigit():
            raise NotUnderstood([finding("NO_NUMBER")], "number")
        asked = Ask(TALLY, "all", lambda _: self._add(int(document.data)))
        return Understood("number", "all", asked)

    def judge(self, facts: Sequence[Any]) -> Refused | None:
        unlucky = any(fact.number == 13 for fact in facts)
        return Refused("DUPLICATE", "thirteen") if unlucky else None

    def notice(self, facts: Sequence[Any]) -> list[Finding]:
        return [finding("LUCKY") for fact in facts if fact.number == 7]

    def _add(self, number: int) -> list[Added]:
        if number >= 100:
            raise Refused("TOO_MUCH", "under a hundred")
        return [Added(number)] if number else []


@pytest_asyncio.fixture
async def desk() -> AsyncGenerator[Desk]:
    made = Desk(MemoryStore([TALLY]), cast("Any", None), codecs([TALLY]), [TALLIES], lambda: None)
    task = asyncio.create_task(made.run())
    yield made
    made.stop()
    await task


def document(data: bytes, key: str | None = None) -> Document:
    sha256 = hashlib.sha256(data).hexdigest()
    command = Command(key or sha256, sha256, "user:17", OPERATOR, "", None, NOW)
    return Document(f"{data!r}", "application/xml", data, sha256, command)


async def outcomes_of(desk: Desk, *documents: Document) -> list[Outcome]:
    return await take_in(desk, Submission(documents, single=False), Numbers())


@pytest.mark.asyncio
async def test_each_document_has_its_own_outcome(desk: Desk) -> None:
    data = (b"1", b"x", b"7", b"1", b"13", b"100", b"0", b"bug")
    outcomes = await outcomes_of(desk, *map(document, data))
    assert [(one.status, one.code) for one in outcomes] == [
        ("accepted", None),
        ("refused", "NO_NUMBER"),
        ("accepted", None),
        ("repeated", None),
        ("duplicate", "DUPLICATE"),
        ("refused", "TOO_MUCH"),
        ("repeated", None),
        ("refused", "INTERNAL_ERROR"),
    ]
    assert outcomes[0].events == outcomes[3].events != []
    assert [one.rule for one in outcomes[2].findings] == ["LUCKY"]
    assert outcomes[5].findings == [finding("TOO_MUCH")]


@pytest.mark.asyncio
async def test_a_key_for_something_else_is_refused(desk: Desk) -> None:
    await outcomes_of(desk, document(b"1", "k"))
    [outcome] = await outcomes_of(desk, document(b"2", "k"))
    assert (outcome.status, outcome.code) == ("refused", "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.asyncio
async def test_a_large_document_is_read_beside_the_loop(desk: Desk) -> None:
    [outcome] = await outcomes_of(desk, document(b" " * 40_000 + b"5"))
    assert outcome.status == "accepted"


@pytest.mark.asyncio
@pytest.mark.parametrize(("data", "status"), [(b"1", 201), (b"0", 200)])
async def test_one_good_document_answers_with_its_status(
    desk: Desk, data: bytes, status: int
) -> None:
    outcomes = await outcomes_of(desk, document(data))
    response = respond(outcomes, single=True)
    assert response.status_code == status
    assert json.loads(bytes(response.body))["document"]["name"] == f"{data!r}"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"x", 400, "NO_NUMBER"),
        (b"100", 400, "TOO_MUCH"),
        (b"13", 409, "DUPLICATE"),
        (b"bug", 500, "INTERNAL_ERROR"),
    ],
)
async def test_one_bad_document_is_a_problem(
    desk: Desk, data: bytes, status: int, code: str
) -> None:
    outcomes = await outcomes_of(desk, document(data))
    with pytest.raises(Problem) as problem:
        respond(outcomes, single=True)
    assert (problem.value.status_code, problem.value.code) == (status, code)
    assert cast("Any", problem.value.extra["document"])["code"] == code


@pytest.mark.asyncio
async def test_several_documents_always_answer_200(desk: Desk) -> None:
    outcomes = await outcomes_of(desk, document(b"x"), document(b"1"))
    response = respond(outcomes, single=False)
    assert response.status_code == 200
    assert [one["status"] for one in json.loads(bytes(response.body))["documents"]] == [
        "refused",
        "accepted",
    ]
