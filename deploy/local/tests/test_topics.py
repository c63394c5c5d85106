from pathlib import Path

import pytest

from inkoop_events.catalogue import PARTITIONS, TOPICS
from inkoop_local.errors import StackError
from inkoop_local.kafka_properties import LARGEST_MESSAGE, container_environment, server_properties
from inkoop_local.topics import declared_topics


def test_the_declared_topics_are_those_of_the_catalogue() -> None:
    declared = {t.name: (t.key, t.owner, t.partitions) for t in declared_topics()}
    assert declared == {t.name: (t.key, t.publisher, PARTITIONS) for t in TOPICS.values()}


def test_every_topic_keeps_everything_and_fits_the_broker() -> None:
    for topic in declared_topics():
        assert topic.config == {
            "max.message.bytes": str(LARGEST_MESSAGE),
            "compression.type": "producer",
            "retention.ms": "-1",
        }


@pytest.mark.parametrize("text", ["", "topics: 3", "topics: [{name: x}]", "topics: [}"])
def test_a_file_that_declares_nothing_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "topics.yaml").write_text(text)
    with pytest.raises(StackError, match="declares no topics"):
        declared_topics(tmp_path / "topics.yaml")


def test_the_broker_in_a_container_has_the_settings_of_the_one_from_jars() -> None:
    lines = server_properties(Path("/data"), {"broker": 1, "controller": 2}).splitlines()
    by_name = dict(line.split("=", 1) for line in lines)
    container = container_environment("127.0.0.1", 1, "c" * 22)
    moving = {"listeners", "controller.quorum.voters", "log.dirs"}
    for name in by_name.keys() - moving:
        assert container[f"KAFKA_{name.upper().replace('.', '_')}"] == by_name[name]


def test_a_proxy_gets_a_listener_that_sends_everybody_to_it() -> None:
    ports = {"broker": 1, "controller": 2, "proxied": 3}
    lines = server_properties(Path("/data"), ports, "127.0.0.1:9").splitlines()
    by_name = dict(line.split("=", 1) for line in lines)
    assert by_name["listeners"].endswith(",PROXIED://127.0.0.1:3")
    assert by_name["advertised.listeners"] == "PLAINTEXT://127.0.0.1:1,PROXIED://127.0.0.1:9"
