"""`POST /v1/documents`: the same door at every service that takes documents in."""

from typing import Any

from fastapi import APIRouter, Response

from inkoop_host.intake import DOCUMENTS_BODY, Documents
from inkoop_host.outcomes import OneOutcome, Outcomes, Reader, respond, take_in
from inkoop_kit.desk import Desk

_SEVERAL: dict[int | str, dict[str, Any]] = {
    200: {"model": Outcomes, "description": "Several documents, or one that was here already"}
}


def take_documents(routes: APIRouter, desk: Desk, reader: Reader, what: str) -> None:
    """Add the route; `what` says which documents are taken, for the readers of OpenAPI."""

    @routes.post(
        "/documents",
        status_code=201,
        response_model=OneOutcome,
        responses=_SEVERAL,
        openapi_extra=DOCUMENTS_BODY,
        tags=["documents"],
        description=f"Take in {what}, as UBL or JSON: one, or several at once.",
    )
    async def submit_documents(submission: Documents) -> Response:
        outcomes = await take_in(desk, submission, reader)
        return respond(outcomes, single=submission.single)
