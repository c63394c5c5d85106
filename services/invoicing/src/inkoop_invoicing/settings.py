"""The settings of the invoicing service."""

from inkoop_host.settings import Settings


class InvoicingSettings(Settings):
    """Those of every service; invoicing needs no more."""
