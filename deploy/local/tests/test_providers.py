from collections.abc import Callable
from pathlib import Path

import pytest

from inkoop_local.errors import StackError, Unavailable
from inkoop_local.kafka import kafka
from inkoop_local.postgres import postgres
from inkoop_local.providers import choose


def gone() -> str:
    raise Unavailable("it is not there", "install it")


def chosen(directory: Path, wanted: str = "", **chain: Callable[[], str]) -> str:
    return choose("WHICH", {"WHICH": wanted}, {"url": gone, **chain}, directory, "install one")


def test_the_first_that_can_serve_is_taken(tmp_path: Path) -> None:
    assert chosen(tmp_path, docker=gone, jvm=lambda: "the jvm's") == "the jvm's"


def test_an_address_wins(tmp_path: Path) -> None:
    assert chosen(tmp_path, url=lambda: "given", jvm=lambda: "the jvm's") == "given"


def test_a_forced_one_that_cannot_serve_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="it is not there"):
        chosen(tmp_path, "docker", docker=gone, jvm=lambda: "the jvm's")


def test_an_unknown_one_is_an_error_that_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="WHICH=tansu is none of auto, url, jvm"):
        chosen(tmp_path, "tansu", jvm=lambda: "the jvm's")


def test_without_any_the_command_that_helps_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError) as refusal:
        chosen(tmp_path, docker=gone, jvm=gone)
    assert refusal.value.remedy == "install one"


def test_the_one_that_made_the_data_is_taken_again(tmp_path: Path) -> None:
    chosen(tmp_path, docker=gone, jvm=lambda: "the jvm's")
    assert chosen(tmp_path, docker=lambda: "docker's", jvm=lambda: "the jvm's") == "the jvm's"


def test_data_are_not_left_behind_in_silence(tmp_path: Path) -> None:
    chosen(tmp_path, docker=lambda: "docker's")
    with pytest.raises(StackError, match="made with docker: it is not there"):
        chosen(tmp_path, docker=gone, jvm=lambda: "the jvm's")
    assert chosen(tmp_path, "jvm", docker=gone, jvm=lambda: "the jvm's") == "the jvm's"


def test_an_address_does_not_count_as_data_of_ours(tmp_path: Path) -> None:
    chosen(tmp_path, url=lambda: "given", jvm=lambda: "the jvm's")
    assert chosen(tmp_path, jvm=lambda: "the jvm's") == "the jvm's"


def test_kafka_is_taken_from_the_environment(tmp_path: Path) -> None:
    broker = kafka(tmp_path, {"INKOOP_KAFKA": "broker:9092"})
    assert (broker.provider, broker.bootstrap) == ("url", "broker:9092")
    with pytest.raises(StackError, match="not ours to kill"):
        broker.kill()


def test_a_forced_docker_without_an_engine_is_an_error(tmp_path: Path) -> None:
    environ = {"INKOOP_KAFKA_PROVIDER": "docker", "DOCKER_HOST": "tcp://127.0.0.1:1"}
    with pytest.raises(Unavailable, match="Docker does not serve"):
        kafka(tmp_path, environ)


@pytest.mark.parametrize(
    ("admin", "service"),
    [
        ("postgresql://postgres:s3@db:5433/postgres", "postgresql://matching:s3@db:5433/inkoop"),
        ("postgresql://postgres@db/postgres", "postgresql://matching@db/inkoop"),
    ],
)
def test_the_roles_get_the_password_of_the_given_superuser(
    tmp_path: Path, admin: str, service: str
) -> None:
    server = postgres(tmp_path, {"INKOOP_DATABASE_ADMIN": admin})
    assert server.url("matching", "inkoop") == service
