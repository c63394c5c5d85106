"""The matching service as its tests get it; what they share stands in services/conftest.py."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from inkoop_host.service import Service
from inkoop_kit.batch import Batch, codecs
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.store import Written
from inkoop_kit.streams import Cause, stream_of
from inkoop_matching.main import build
from inkoop_matching.settings import MatchingSettings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEPARTMENT = "00000001003214345000"


@pytest.fixture
def service(nowhere: dict[str, str]) -> Service:
    """What `main` puts together; it judges by the policy that is shipped."""
    return build(MatchingSettings.model_validate(nowhere))


@pytest.fixture
def tell(service: Service, connect: Callable[[], Database]) -> Callable[[Sequence[Any]], None]:
    """Let the service hear events, all in one batch."""
    store = PostgresStore(connect(), service.kinds, service.views)
    [kind] = service.kinds
    asks = {subscription.event: subscription.ask for subscription in service.subscriptions}

    def told(events: Sequence[Any]) -> None:
        batch = Batch(codecs(service.kinds), service.views)
        for number, event in enumerate(events, 1):
            sender = event.TOPIC.split(".")[1]
            cause = Cause(f"{sender}/1-{number}", "jan", DEPARTMENT, "c", NOW)
            ask = asks[type(event)](event, cause)
            batch.decide(ask, cause, store.load({stream_of(kind.name, ask.key): kind}))
        assert isinstance(store.write(batch), Written)

    return told
