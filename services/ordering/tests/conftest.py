"""The ordering service as its tests get it; what they share stands in services/conftest.py."""

import pytest

from inkoop_host.service import Service
from inkoop_host.settings import Settings
from inkoop_ordering.main import build


@pytest.fixture
def service(nowhere: dict[str, str]) -> Service:
    """What `main` puts together."""
    return build(Settings.model_validate(nowhere))
