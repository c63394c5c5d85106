"""`POST /v1/documents`: the same door at every service that takes documents in."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from inkoop_host.callers import caller_of
from inkoop_host.intake import DOCUMENTS_BODY, Documents, document_commands
from inkoop_host.outcomes import OneOutcome, Outcomes, Reader, respond, take_in
from inkoop_kit.desk import Desk

_SEVERAL: dict[int | str, dict[str, Any]] = {
    200: {"model": Outcomes, "description": "Several documents, or one that was here already"}
}


def take_documents(routes: APIRouter, desk: Desk, reader: Reader, what: str) -> None:
    """Add the route; `what` says which documents are taken, for the readers of OpenAPI."""

    async def submit_documents(submission: Documents) -> Response:
        outcomes = await take_in(desk, submission, reader)
        return respond(outcomes, single=submission.single)

    routes.add_api_route(
        "/documents",
        submit_documents,
        methods=["POST"],
        status_code=201,
        response_model=OneOutcome,
        responses=_SEVERAL,
        openapi_extra=DOCUMENTS_BODY,
        tags=["documents"],
        description=f"Take in {what}, as UBL or JSON: one, or several at once.",
        route_class_override=_QuickRoute,
    )


class _QuickRoute(APIRoute):
    """Most requests come here. FastAPI reads the headers of those only that are not sound."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        careful = super().get_route_handler()

        async def handle(request: Request) -> Response:
            asks = caller_of(request.headers)
            if asks is None:
                return await careful(request)  # it says what is wrong with them
            return await self.endpoint(await document_commands(request, asks))

        return handle
