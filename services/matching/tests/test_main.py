"""The service as it is put together."""

import json
from pathlib import Path

import pytest

from inkoop_host.settings import SettingsInvalid
from inkoop_matching.domain.policy import Match
from inkoop_matching.main import build, read_policies
from inkoop_matching.settings import MatchingSettings


def settings(policies: Path | None = None) -> MatchingSettings:
    return MatchingSettings(
        kafka="127.0.0.1:9",
        database="postgresql:///inkoop",
        operator="00000004000000001000",  # type: ignore[arg-type]
        matching_policies=policies,
    )


def test_it_hears_orders_receipts_and_presentations() -> None:
    service = build(settings())
    heard = [(one.topic, one.event.__name__) for one in service.subscriptions]
    assert heard == [
        ("inkoop.ordering", "OrderPlaced"),
        ("inkoop.ordering", "GoodsReceived"),
        ("inkoop.invoicing.presented", "InvoicePresented"),
    ]
    assert [view.name for view in service.views] == ["decisions", "cases"]


def test_the_shipped_policy_is_three_way_with_two_percent_on_the_price() -> None:
    policy = read_policies(None).default
    assert policy.match is Match.THREE_WAY
    assert policy.price is not None
    assert policy.price.ceiling(100) == 102  # type: ignore[arg-type]
    assert policy.price.floor(100) is None  # type: ignore[arg-type]


def test_policies_can_be_given_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "policies.json"
    path.write_text(json.dumps({"default": {"name": "strict", "price": {"over_abs": 0.01}}}))
    assert read_policies(path).default.label == "strict@1"


@pytest.mark.parametrize("text", ["", "[]", '{"default": {"prices": {}}}', '{"defaults": {}}'])
def test_policies_that_cannot_be_read_stop_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policies.json"
    path.write_text(text)
    with pytest.raises(SettingsInvalid, match="INKOOP_MATCHING_POLICIES"):
        build(settings(path))


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="INKOOP_MATCHING_POLICIES"):
        build(settings(tmp_path / "nothing.json"))
