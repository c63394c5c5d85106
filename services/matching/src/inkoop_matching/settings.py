"""The settings of the matching service."""

from pathlib import Path

from inkoop_host.settings import Settings


class MatchingSettings(Settings):
    """Those of every service, and where the policies are."""

    matching_policies: Path | None = None
    """A JSON file `{"default": policy, "departments": {OIN: policy}}`; without it, our default."""
