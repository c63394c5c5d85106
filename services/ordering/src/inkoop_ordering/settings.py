"""The settings of the ordering service."""

from inkoop_host.settings import Settings


class OrderingSettings(Settings):
    """Those of every service; ordering needs no more."""
