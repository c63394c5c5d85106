"""Invoices over HTTP: taking them in, showing them, and what became of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from inkoop_host.callers import Asks
from inkoop_host.documents_http import take_documents
from inkoop_host.problems import Problem
from inkoop_host.questions import OIN, Limit, Number, Reference, Trail
from inkoop_invoicing.application.invoicing import INVOICE, Invoicing
from inkoop_invoicing.domain.invoice import InvoiceState
from inkoop_invoicing.inbound.documents import InvoicingReader
from inkoop_invoicing.views.documents import duplicates_of, may_see
from inkoop_invoicing.views.invoice_orders import OrderMatch, invoices_of, matches_of
from inkoop_invoicing.views.invoices import InvoiceRow, find_invoice, keys_of, list_invoices
from inkoop_kit.desk import Desk
from inkoop_kit.streams import stream_of

_ORIGINAL: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bytes as they were received",
        "content": {"application/octet-stream": {}},
    }
}


Department = Annotated[str, Path(pattern=OIN, description="The department's OIN")]


class InvoicePage(BaseModel):
    """Some invoices in the order of their keys; `next` is the `after` of the page behind it."""

    invoices: list[InvoiceRow]
    next: str | None


class InvoiceDetail(InvoiceRow):
    """An invoice with its lines as they were presented, its matches and its duplicates."""

    matches: list[OrderMatch]
    presented: list[dict[str, Any]]
    duplicate_documents: list[str]


def router(invoicing: Invoicing, desk: Desk) -> APIRouter:
    """The routes of the invoicing service."""
    routes = APIRouter(prefix="/v1")
    take_documents(routes, desk, InvoicingReader(invoicing), "invoices and credit notes")
    _show_invoices(routes, desk)
    _show_trail(routes, desk)
    _show_originals(routes, desk)
    return routes


def _show_invoices(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/invoices", tags=["invoices"])
    async def get_invoices(
        asks: Asks,
        department: Annotated[str | None, Query(pattern=OIN)] = None,
        state: InvoiceState | None = None,
        after: Annotated[str, Query(max_length=400)] = "",
        limit: Limit = 50,
    ) -> InvoicePage:
        """The invoices that the caller's organisation may see, a page at a time."""
        rows = await list_invoices(desk, asks.organisation, department, state, after, limit)
        return InvoicePage(invoices=rows, next=rows[-1].key if len(rows) == limit else None)

    @routes.get("/invoices/{department}/{supplier}/{number:path}", tags=["invoices"])
    async def get_invoice(
        asks: Asks, department: Department, supplier: str, number: Number
    ) -> InvoiceDetail:
        """One invoice with its matches, lines and duplicates."""
        key = (desk, asks.organisation, department, supplier, number)
        row = await find_invoice(*key)
        if row is None:
            raise _unknown()
        trail = await desk.trail([stream_of(INVOICE.name, row.key)])
        return InvoiceDetail(
            **row.model_dump(),
            matches=await matches_of(*key),
            presented=[entry.data for entry in trail if entry.type == "invoice-presented"],
            duplicate_documents=await duplicates_of(*key),
        )


def _show_trail(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/trail", tags=["trail"])
    async def get_trail(
        asks: Asks, invoice: Reference | None = None, order: Reference | None = None
    ) -> Trail:
        """The trail of an invoice, or of every invoice that names an order."""
        if (invoice is None) == (order is None):
            raise Problem(400, "INVALID_INPUT", "Ask for an invoice or for an order")
        if invoice is not None:
            keys = await keys_of(desk, asks.organisation, invoice)
        else:
            keys = await invoices_of(desk, asks.organisation, order or "")
        if not keys:
            raise _unknown()
        return Trail(entries=await desk.trail([stream_of(INVOICE.name, key) for key in keys]))


def _show_originals(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/originals/{sha256}", responses=_ORIGINAL, tags=["documents"])
    async def get_original(
        asks: Asks, sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
    ) -> Response:
        """A document byte for byte as it was received, as a download."""
        known = await may_see(desk, asks.organisation, sha256)
        original = await desk.original(sha256) if known else None
        if original is None:
            raise Problem(404, "UNKNOWN_DOCUMENT", "There is no such document that you may see")
        media_type, data = original
        extension = "json" if media_type == "application/json" else "xml"
        headers = {
            "Content-Disposition": f'attachment; filename="{sha256}.{extension}"',
            "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        }
        return Response(data, media_type=media_type, headers=headers)


def _unknown() -> Problem:
    return Problem(404, "UNKNOWN_INVOICE", "There is no such invoice that you may see")
