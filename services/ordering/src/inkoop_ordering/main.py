"""The ordering service put together: the only place that knows all its rooms."""

import sys

from inkoop_host.entry import command_line
from inkoop_host.service import Service
from inkoop_host.settings import Settings
from inkoop_ordering.application.ordering import ORDER, Ordering
from inkoop_ordering.inbound.http import router
from inkoop_ordering.outbound.publish import TOLD_ONCE, to_public
from inkoop_ordering.views.orders import ORDERS


def build(settings: Settings) -> Service:
    """What the host makes a process of."""
    ordering = Ordering()
    return Service(
        name="ordering",
        settings=settings,
        kinds=(ORDER,),
        router=lambda desk: router(ordering, desk),
        to_public=to_public,
        views=(ORDERS,),
        told_once=TOLD_ONCE,
    )


def main() -> None:
    """The command `inkoop-ordering run|migrate|schema`."""
    sys.exit(command_line("ordering", Settings, build))
