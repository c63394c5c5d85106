import json

import pytest

from inkoop_cli.testing import DEPARTMENT, Doubles, Inkoop


def test_all_is_well(doubles: Doubles, inkoop: Inkoop) -> None:
    said = inkoop("status")
    assert said.code == 0
    assert said.out.count("ready") == 3


def test_the_form_of_status_json(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.matching.status = {"lag": {"inkoop.ordering": 3}, "relay_backlog": 4, "parked": 0}
    answer = json.loads(inkoop("status", "--json").out)
    assert answer["well"] is True
    url = answer["instances"][2]["url"]
    assert answer["instances"][2] == {
        "service": "matching",
        "url": url,
        "reachable": True,
        "ready": True,
        "reasons": [],
        "lag": 3,
        "backlog": 4,
        "parked": 0,
        "gap": None,
    }


def test_what_is_not_ready_says_why(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.matching.not_ready = ["kafka: connection refused"]
    said = inkoop("status")
    assert said.code == 1
    assert "matching: kafka: connection refused" in said.out


def test_what_is_parked_asks_for_a_person(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.matching.status["parked"] = 2
    said = inkoop("status")
    assert said.code == 1
    assert "inkoop parked list" in said.out


def test_a_lane_that_stands_still_asks_for_a_person(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.matching.status["stopped_lanes"] = [3, 7]
    said = inkoop("status")
    assert said.code == 1
    assert "matching: lanes 3, 7 stand still: too many messages are parked" in said.out


def test_facts_that_cannot_be_sent_ask_for_a_person(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.ordering.status |= {"relay_backlog": 11, "relay_oldest_age": 42.3}
    said = inkoop("status")
    assert said.code == 1
    assert "ordering: facts wait for 42 s to be sent: is Kafka there?" in said.out


def test_an_instance_that_does_not_answer_is_shown_beside_the_others(
    doubles: Doubles, inkoop: Inkoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKOOP_ORDERING_URLS", "http://127.0.0.1:1")
    said = inkoop("status", "--json")
    assert said.code == 3
    reachable = [each["reachable"] for each in json.loads(said.out)["instances"]]
    assert reachable == [False, True, True]


def test_parked_messages_of_all_services_are_listed(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.matching.parked = [
        {"id": 17, "topic": "inkoop.ordering", "key": "k", "reason": "UNDECODABLE: no JSON"}
    ]
    doubles.invoicing.parked = [{"id": n, "topic": "t", "reason": "r"} for n in range(1, 1203)]
    said = inkoop("parked", "list", "--json")
    rows = json.loads(said.out)["parked"]
    assert len(rows) == 1203
    assert rows[-1] == {
        "service": "matching",
        "id": 17,
        "topic": "inkoop.ordering",
        "key": "k",
        "reason": "UNDECODABLE: no JSON",
    }
    assert "matching/17" in inkoop("parked", "list", "--service", "matching").out


def test_nothing_parked_is_said(doubles: Doubles, inkoop: Inkoop) -> None:
    assert inkoop("parked", "list").out == "Nothing is parked.\n"


def test_one_parked_message_is_shown_whole(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.matching.parked = [{"id": 17, "topic": "inkoop.ordering", "payload": "x" * 300}]
    assert "inkoop.ordering" in inkoop("parked", "show", "matching/17").out
    said = inkoop("parked", "show", "matching/18")
    assert said.code == 1
    assert "Nothing is parked as 18" in said.err


@pytest.mark.parametrize("wrong", ["17", "matching/", "nobody/17"])
def test_a_wrong_id_is_usage(doubles: Doubles, inkoop: Inkoop, wrong: str) -> None:
    assert inkoop("parked", "show", wrong).code == 2


def test_parked_messages_are_released_by_id(doubles: Doubles, inkoop: Inkoop) -> None:
    said = inkoop("parked", "release", "matching/17", "matching/18", "invoicing/2")
    assert said.code == 0
    assert doubles.matching.released == [{"ids": [17, 18]}]
    assert doubles.invoicing.released == [{"ids": [2]}]


def test_parked_messages_are_released_by_topic_and_key(doubles: Doubles, inkoop: Inkoop) -> None:
    key = f"{DEPARTMENT}/4500"
    asked = ("--service", "matching", "--topic", "inkoop.ordering", "--key", key)
    said = inkoop("parked", "release", *asked, "--json")
    assert json.loads(said.out) == {"releases": [{"service": "matching", "released": 2}]}
    assert doubles.matching.released == [{"topic": "inkoop.ordering", "key": key}]


def test_a_release_of_nothing_is_usage(doubles: Doubles, inkoop: Inkoop) -> None:
    assert inkoop("parked", "release").code == 2
    assert inkoop("parked", "release", "matching/1", "--key", "k").code == 2


def test_a_view_is_rebuilt_where_it_is(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.ordering.views = ["orders"]
    said = inkoop("rebuild", "orders")
    assert said.code == 0
    assert "ordering/orders rebuilt from 240 facts in 0.1 s." in said.out


def test_progress_of_a_rebuild_is_json_lines_for_machines(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.ordering.views = ["orders"]
    lines = inkoop("rebuild", "ordering/orders", "--json").out.splitlines()
    assert json.loads(lines[0]) == {"lane": 0, "of": 24, "facts": 10}
    assert json.loads(lines[-1])["done"] is True


def test_a_rebuild_that_breaks_off_is_not_taken_for_done(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.ordering.views = ["orders"]
    doubles.ordering.breaks_off = True
    assert inkoop("rebuild", "orders").code == 4


def test_a_view_that_is_nowhere_or_in_two_places_is_usage(doubles: Doubles, inkoop: Inkoop) -> None:
    doubles.ordering.views = doubles.matching.views = ["open"]
    assert "is in several services" in inkoop("rebuild", "open").err
    said = inkoop("rebuild", "orders")
    assert said.code == 2
    assert "ordering/open" in said.err
