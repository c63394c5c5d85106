"""The invoicing service as its tests get it; what they share stands in services/conftest.py."""

import pytest

from inkoop_host.service import Service
from inkoop_invoicing.main import build
from inkoop_invoicing.settings import InvoicingSettings


@pytest.fixture
def service(nowhere: dict[str, str]) -> Service:
    """What `main` puts together."""
    return build(InvoicingSettings.model_validate(nowhere))
