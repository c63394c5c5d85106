"""Which orders does matching know of, and what came in for lines that they do not have?"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from inkoop_events.values import order_named, split_order_key
from inkoop_kit.desk import Desk
from inkoop_kit.streams import Told
from inkoop_kit.views import Column, View
from inkoop_matching.application.matching import CASE
from inkoop_matching.domain.case import Case
from inkoop_matching.domain.facts import CaseFact, MatchDecided, OrderRecorded

_FIND = """select department, order_number, known, strange_lines from cases
    where order_number = %(order_number)s
        and (%(department)s::text is null or department = %(department)s)
    order by department limit 100"""


class CaseRow(BaseModel):
    """An order of which something came here; not `known`: the order itself did not come yet."""

    department: str
    order_number: str
    known: bool
    strange_lines: list[str]
    """Lines that were received, but that the order does not have."""

    @property
    def key(self) -> str:
        """The order's key."""
        return f"{self.department}/{self.order_number}"


def _rows(told: Told[Case, CaseFact]) -> Iterator[tuple[Any, ...]]:
    """A row when the order comes, when something comes before it, and for strange lines."""
    case = told.state
    if isinstance(told.fact, MatchDecided):
        return
    known = case.order is not None
    all_ordered = not known or case.received.keys() <= case.ordered.keys()
    strange = [] if all_ordered else sorted(case.received.keys() - case.ordered.keys())
    if strange or not known or isinstance(told.fact, OrderRecorded):
        yield (*split_order_key(told.key), known, strange)


CASES = View(
    name="cases",
    kind=CASE,
    columns=(
        Column("department", "text", key=True),
        Column("order_number", "text", key=True),
        Column("known", "boolean"),
        Column("strange_lines", "text[]"),
    ),
    rows=_rows,
)


async def cases_of(desk: Desk, organisation: str, reference: str) -> list[CaseRow]:
    """The orders that a full key or a bare number names, if the organisation may see them."""
    department, number = order_named(reference)
    values = {"department": department, "order_number": number}
    return [CaseRow(**row) for row in await desk.read(organisation, _FIND, values)]
