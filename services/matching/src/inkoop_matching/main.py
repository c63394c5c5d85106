"""The matching service put together: the only place that knows all its rooms."""

import json
import sys
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

from inkoop_host.entry import command_line
from inkoop_host.service import Service
from inkoop_host.settings import SettingsInvalid
from inkoop_matching.application.matching import CASE, Matching
from inkoop_matching.domain.policy import Policies, parse_policies
from inkoop_matching.inbound.events import subscriptions
from inkoop_matching.inbound.http import router
from inkoop_matching.outbound.publish import to_public
from inkoop_matching.settings import MatchingSettings
from inkoop_matching.views.cases import CASES
from inkoop_matching.views.decisions import DECISIONS


def build(settings: MatchingSettings) -> Service:
    """What the host makes a process of. Raises SettingsInvalid for policies that cannot be read."""
    matching = Matching(read_policies(settings.matching_policies))
    return Service(
        name="matching",
        settings=settings,
        kinds=(CASE,),
        router=lambda desk: router(matching, desk),
        to_public=to_public,
        subscriptions=subscriptions(matching),
        views=(DECISIONS, CASES),
    )


def read_policies(path: Path | None) -> Policies:
    """The policies of a file, else the default one. Raises SettingsInvalid."""
    shipped = files("inkoop_matching") / "default_policies.json"
    try:
        text = shipped.read_text() if path is None else path.read_text()
        return parse_policies(json.loads(text, parse_float=Decimal))
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"INKOOP_MATCHING_POLICIES: {error}") from error


def main() -> None:
    """The command `inkoop-matching run|migrate|schema`."""
    sys.exit(command_line("matching", MatchingSettings, build))
