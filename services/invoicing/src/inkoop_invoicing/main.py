"""The invoicing service put together: the only place that knows all its rooms."""

import sys

from inkoop_host.entry import command_line
from inkoop_host.service import Service
from inkoop_host.settings import Settings
from inkoop_invoicing.application.invoicing import INVOICE, Invoicing
from inkoop_invoicing.inbound.events import subscriptions
from inkoop_invoicing.inbound.http import router
from inkoop_invoicing.outbound.publish import TOLD_ONCE, to_public
from inkoop_invoicing.views.documents import DOCUMENTS
from inkoop_invoicing.views.invoice_orders import INVOICE_ORDERS
from inkoop_invoicing.views.invoices import INVOICES


def build(settings: Settings) -> Service:
    """What the host makes a process of."""
    invoicing = Invoicing()
    return Service(
        name="invoicing",
        settings=settings,
        kinds=(INVOICE,),
        router=lambda desk: router(invoicing, desk),
        to_public=to_public,
        subscriptions=subscriptions(invoicing),
        views=(INVOICES, INVOICE_ORDERS, DOCUMENTS),
        told_once=TOLD_ONCE,
    )


def main() -> None:
    """The command `inkoop-invoicing run|migrate|schema`."""
    sys.exit(command_line("invoicing", Settings, build))
