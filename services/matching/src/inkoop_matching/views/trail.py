"""What happened here to an order or to an invoice, and on what were its decisions made?"""

from collections.abc import Sequence

from inkoop_kit.desk import Desk
from inkoop_kit.queries import TrailEntry
from inkoop_kit.streams import stream_of
from inkoop_matching.application.matching import CASE
from inkoop_matching.domain.facts import MatchDecided
from inkoop_matching.views.cases import cases_of
from inkoop_matching.views.decisions import decisions_on


async def trail_of_order(desk: Desk, organisation: str, reference: str) -> list[TrailEntry]:
    """Every fact of the orders that a full key or a bare number names, oldest first."""
    keys = [case.key for case in await cases_of(desk, organisation, reference)]
    return await desk.trail([stream_of(CASE.name, key) for key in keys])


async def trail_of_invoice(desk: Desk, organisation: str, reference: str) -> list[TrailEntry]:
    """The facts of the invoices that are named, and those that their decisions rest on."""
    rows = await decisions_on(desk, organisation, reference)
    keys = sorted({row.order_key for row in rows})
    entries = await desk.trail([stream_of(CASE.name, key) for key in keys])
    return concerning({(row.order_key, row.supplier, row.invoice) for row in rows}, entries)


def concerning(
    invoices: set[tuple[str, str, str]], entries: Sequence[TrailEntry]
) -> list[TrailEntry]:
    """The entries about these invoices (order key, supplier, number) and about their evidence."""
    own = {
        entry.id
        for entry in entries
        if (entry.key, entry.data.get("supplier"), entry.data.get("invoice")) in invoices
    }
    evidence = {
        (entry.key, cause)
        for entry in entries
        if entry.id in own and entry.type == MatchDecided.TYPE
        for cause in entry.data["rests_on"]
    }
    return [
        entry
        for entry in entries
        if entry.id in own
        or (entry.type != MatchDecided.TYPE and (entry.key, entry.cause) in evidence)
    ]
