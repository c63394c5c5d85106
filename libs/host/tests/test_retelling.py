from datetime import UTC, datetime

import pytest
from host_http import OIN

from inkoop_events.ordering import OrderPlaced
from inkoop_host.gap import digest_of
from inkoop_host.retelling import Retelling
from inkoop_kit.codec import encode_meta
from inkoop_kit.lanes import ERA
from inkoop_kit.store import Stored
from inkoop_kit.streams import Cause
from inkoop_kit.telling import Telling
from inkoop_ordering.application.ordering import ORDER
from inkoop_ordering.outbound.publish import TOLD_ONCE, to_public

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = f"{OIN}/4500"


def fact(sequence: int, document: str = "aa") -> Stored:
    """An order that was placed, at this position of lane 3."""
    data = (
        '{"supplier":"0106:12345678","currency":"EUR","issued":"2026-11-01","lines":[],'
        f'"document":"{document}"}}'
    )
    meta = encode_meta(Cause("command/1", "jan", OIN, "", NOW)).decode()
    return Stored(
        3, sequence, f"order/{KEY}", 1, "order-placed", 1, data, "command/1", meta, NOW, NOW
    )


def retelling(*once: type) -> Retelling:
    return Retelling(Telling("ordering", OIN, [ORDER], to_public), once)


def digest(sequence: int, document: str = "aa") -> bytes:
    """What the topic holds of such a fact."""
    told = retelling().of(fact(sequence, document))
    assert told is not None
    return digest_of(OrderPlaced.TYPE, told.key, told.value)


@pytest.fixture
def told() -> Retelling:
    """Ordering after a raise: its gap holds an order, at the first place."""
    made = retelling(*TOLD_ONCE)
    made.open([(1, 1, OrderPlaced.TYPE, digest(7), None)])
    return made


def test_what_a_gap_holds_is_not_told_again_however_often_the_relay_asks(told: Retelling) -> None:
    again = fact(ERA + 1)

    assert told.of(again) is None
    assert told.of(again) is None
    assert told.restored([again]) == {f"3-{ERA + 1}": (1, 1)}


def test_what_says_something_else_is_told(told: Retelling) -> None:
    other = fact(ERA + 1, document="bb")

    assert told.of(other) is not None
    assert told.restored([other]) == {}


def test_an_event_of_a_gap_stands_for_one_fact(told: Retelling) -> None:
    assert told.of(fact(ERA + 1)) is None
    assert told.of(fact(ERA + 2)) is not None


def test_another_replica_or_the_next_start_knows_what_was_noted() -> None:
    told = retelling(*TOLD_ONCE)
    told.open([(1, 1, OrderPlaced.TYPE, digest(7), f"3-{ERA + 1}")])

    assert told.of(fact(ERA + 1)) is None
    assert told.of(fact(ERA + 2)) is not None


def test_what_is_not_told_once_is_told_again() -> None:
    told = retelling()
    told.open([(1, 1, OrderPlaced.TYPE, digest(7), None)])

    assert told.of(fact(ERA + 1)) is not None
