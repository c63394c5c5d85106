import hashlib
from importlib.resources import files
from pathlib import Path

import pytest

from inkoop_local import kafka_jars
from inkoop_local.errors import StackError, Unavailable

BYTES = {"a.jar": b"one", "b.jar": b"two"}


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    for name, data in BYTES.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.fixture
def known() -> str:
    return "".join(f"{hashlib.sha256(data).hexdigest()}  {n}\n" for n, data in BYTES.items())


def test_the_known_bytes_pass(fetched: Path, known: str) -> None:
    kafka_jars.check(fetched, known)
    (fetched / "a.jar").write_bytes(b"other")
    with pytest.raises(StackError, match=r": a\.jar$"):
        kafka_jars.check(fetched, known)


def test_a_jar_too_many_is_named(fetched: Path, known: str) -> None:
    (fetched / "c.jar").write_bytes(b"three")
    with pytest.raises(StackError, match=r": c\.jar$"):
        kafka_jars.check(fetched, known)


def test_a_missing_jar_is_named(fetched: Path, known: str) -> None:
    (fetched / "b.jar").unlink()
    with pytest.raises(StackError, match=r": b\.jar$"):
        kafka_jars.check(fetched, known)


def test_the_list_names_the_kafka_that_we_say() -> None:
    listed = files("inkoop_local").joinpath("jars/jars.sha256").read_text("ascii")
    pom = files("inkoop_local").joinpath("jars/pom.xml").read_text("ascii")
    assert f"kafka_2.13-{kafka_jars.KAFKA_VERSION}.jar" in listed
    assert f"<version>{kafka_jars.KAFKA_VERSION}</version>" in pom


def test_jars_that_are_there_need_no_maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    cache = tmp_path / f"kafka-{kafka_jars.KAFKA_VERSION}"
    cache.mkdir()
    (cache / "b.jar").touch()
    (cache / "a.jar").touch()
    jars = kafka_jars.kafka_jars({"INKOOP_CACHE": str(tmp_path)})
    assert [jar.name for jar in jars] == ["a.jar", "b.jar"]


def test_without_maven_the_command_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable) as refusal:
        kafka_jars.kafka_jars({"INKOOP_CACHE": str(tmp_path)})
    assert "apt-get install --no-install-recommends default-jre-headless maven" in (
        refusal.value.remedy
    )


def test_a_maven_that_fails_leaves_no_half_a_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maven = tmp_path / "bin/mvn"
    maven.parent.mkdir()
    maven.write_text("#!/bin/sh\necho No route >&2\nexit 1\n")
    maven.chmod(0o755)
    monkeypatch.setenv("PATH", f"{maven.parent}:/usr/bin:/bin")
    environ = {"INKOOP_CACHE": str(tmp_path / "cache")}
    with pytest.raises(Unavailable, match="No route"):
        kafka_jars.kafka_jars(environ)
    assert not kafka_jars.have_jars(environ)
    assert not list((tmp_path / "cache").glob("fetch-*"))
