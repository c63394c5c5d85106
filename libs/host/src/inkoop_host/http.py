"""The HTTP application of a service before its routes: problems for errors, and OpenAPI."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from starlette.responses import JSONResponse

from inkoop_host.problems import MEDIA_TYPE, answer_problems

_PROBLEM = {
    "description": "A problem (RFC 9457)",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_VERSION = {"description": "Full version of the API", "schema": {"type": "string"}}
_PROBLEM_SCHEMA = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable, upper case"},
        "trace_id": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


def make_api(
    title: str, api_version: str, contact: dict[str, str], clock: Callable[[], datetime]
) -> FastAPI:
    """An application without routes: problems for errors, OpenAPI for readers, no foreign page."""
    app = FastAPI(
        title=title,
        version=api_version,
        contact=contact,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": "/"}],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={"4XX": _PROBLEM, "5XX": _PROBLEM},
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.clock = clock
    answer_problems(app)

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> JSONResponse:
        return JSONResponse(_document(app))

    return app


def _document(app: FastAPI) -> dict[str, Any]:
    document = app.openapi()
    document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM_SCHEMA
    for path in document["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                response.setdefault("headers", {})["API-Version"] = _VERSION
    return document
