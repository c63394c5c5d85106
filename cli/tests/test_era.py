import json

import pytest

from inkoop_cli.testing import Doubles, Inkoop


@pytest.fixture
def restored(doubles: Doubles) -> Doubles:
    """Invoicing forgot 150 events; matching has seen the first half."""
    doubles.invoicing.status["gap"] = {"era": 1, "events": 150, "more": False}
    doubles.invoicing.not_ready = ["era: its topics hold 150 events that its store does not"]
    doubles.invoicing.gap = [lost(n) for n in range(1, 151)]
    doubles.matching.positions = [{"partition": 3, "next_offset": 9, "seen": [0, 0, 75]}]
    return doubles


def lost(number: int) -> dict[str, object]:
    return {
        "ordinal": number,
        "id": f"2-{number}",
        "lane": 2,
        "sequence": number,
        "topic": "inkoop.invoicing.presented",
        "partition": 3,
        "type": "nl.inkoop.invoice.presented.v1",
        "key": f"order {number}",
        "recorded_at": "2026-11-24T12:00:00+00:00",
        "restored_as": "2-1099511627777" if number == 1 else None,
    }


def test_the_status_shows_what_a_restored_service_forgot(restored: Doubles, inkoop: Inkoop) -> None:
    said = inkoop("status")

    assert said.code == 1
    assert "invoicing: era: its topics hold 150 events that its store does not" in said.out
    assert "2-10 " in said.out
    assert "2-11 " not in said.out
    assert "matching" in said.out
    assert "inkoop era raise invoicing" in said.out


def test_the_status_for_machines_has_the_first_page_and_who_has_seen_it(
    restored: Doubles, inkoop: Inkoop
) -> None:
    [gap] = json.loads(inkoop("status", "--json").out)["gaps"]

    assert (gap["service"], gap["era"], gap["events"]) == ("invoicing", 1, 150)
    assert [one["seen_by"] for one in gap["listed"]] == [["matching"]] * 75 + [[]] * 25


def test_without_a_reader_that_answers_nobody_knows_who_has_seen_it(
    restored: Doubles, inkoop: Inkoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKOOP_MATCHING_URLS", "http://127.0.0.1:1")

    [gap] = json.loads(inkoop("status", "--json").out)["gaps"]

    assert gap["listed"][0]["seen_by"] is None


def test_a_gap_is_listed_whole(restored: Doubles, inkoop: Inkoop) -> None:
    told = json.loads(inkoop("era", "gap", "invoicing", "--json").out)

    assert [one["id"] for one in told["gap"]] == [f"2-{n}" for n in range(1, 151)]
    assert told["gap"][0]["restored_as"] == "2-1099511627777"
    assert "order 150" in inkoop("era", "gap", "invoicing").out


def test_an_era_is_raised_when_a_person_says_so(restored: Doubles, inkoop: Inkoop) -> None:
    refused = inkoop("era", "raise", "invoicing")
    assert refused.code == 2
    assert "150 events" in refused.err
    assert restored.invoicing.eras == []

    said = inkoop("era", "raise", "invoicing", "--yes", "--actor", "jan")

    assert (said.code, restored.invoicing.eras) == (0, [1])
    assert restored.invoicing.asked_by["X-Actor"] == "jan"
    assert "invoicing goes on in era 1" in said.out


def test_the_form_of_era_raise_json(restored: Doubles, inkoop: Inkoop) -> None:
    said = inkoop("era", "raise", "invoicing", "--yes", "--json")

    assert json.loads(said.out) == {"service": "invoicing", "era": {"number": 1}}


def test_the_gap_of_an_era_that_was_raised_is_still_listed(
    restored: Doubles, inkoop: Inkoop
) -> None:
    inkoop("era", "raise", "invoicing", "--yes")

    assert json.loads(inkoop("era", "gap", "invoicing", "--json").out)["era"] == 1


def test_where_there_is_no_gap_that_is_said(doubles: Doubles, inkoop: Inkoop) -> None:
    said = inkoop("era", "gap", "matching")

    assert said.code == 1
    assert "its era was never raised" in said.err
    assert inkoop("era", "gap", "nobody").code == 2
    assert inkoop("era", "raise", "nobody").code == 2
