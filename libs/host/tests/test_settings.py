from pathlib import Path

import pytest

from inkoop_host.settings import MigrationSettings, Settings, SettingsInvalid, load

ENOUGH = {
    "INKOOP_KAFKA": "127.0.0.1:9092",
    "INKOOP_DATABASE": "postgresql://thing:secret@127.0.0.1/inkoop",
    "INKOOP_OPERATOR": "00000001003214345000",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (*ENOUGH, "INKOOP_HTTP_HOST", "INKOOP_HTTP_EXPOSE", "INKOOP_SECRETS_DIR"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def enough(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in ENOUGH.items():
        environment.setenv(name, value)
    return environment


def test_three_variables_are_enough(enough: pytest.MonkeyPatch) -> None:
    settings = load(Settings)

    assert settings.kafka == "127.0.0.1:9092"
    assert settings.http_host == "127.0.0.1"
    assert settings.replica == "0"


def test_a_level_of_logs_may_be_written_small(enough: pytest.MonkeyPatch) -> None:
    enough.setenv("INKOOP_LOG_LEVEL", "warning")

    assert load(Settings).log_level == "WARNING"


def test_all_that_is_wrong_is_said_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INKOOP_OPERATOR", "17")
    environment.setenv("INKOOP_HTTP_HOST", "0.0.0.0")  # noqa: S104 — it must be refused

    with pytest.raises(SettingsInvalid) as invalid:
        load(Settings)

    for name in ("INKOOP_KAFKA", "INKOOP_DATABASE", "INKOOP_OPERATOR", "INKOOP_HTTP_HOST"):
        assert name in str(invalid.value)


def test_another_address_than_loopback_takes_a_decision(enough: pytest.MonkeyPatch) -> None:
    enough.setenv("INKOOP_HTTP_HOST", "0.0.0.0")  # noqa: S104 — it must be refused
    with pytest.raises(SettingsInvalid, match="INKOOP_HTTP_EXPOSE"):
        load(Settings)

    enough.setenv("INKOOP_HTTP_EXPOSE", "1")
    assert load(Settings).http_host == "0.0.0.0"  # noqa: S104


def test_a_password_is_never_shown(enough: pytest.MonkeyPatch) -> None:
    assert "secret" not in repr(load(Settings))

    enough.setenv("INKOOP_LOG_LEVEL", "postgresql://a:secret@b")
    with pytest.raises(SettingsInvalid) as invalid:
        load(Settings)
    assert "secret" not in str(invalid.value)


def test_a_secret_may_come_from_a_file(enough: pytest.MonkeyPatch, tmp_path: Path) -> None:
    enough.delenv("INKOOP_DATABASE")
    (tmp_path / "inkoop_database").write_text("postgresql://from-a-file/inkoop\n")
    enough.setenv("INKOOP_SECRETS_DIR", str(tmp_path))

    assert load(Settings).database == "postgresql://from-a-file/inkoop"


def test_migrating_takes_the_owner_only(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INKOOP_OWNER_DATABASE", "postgresql://owner@127.0.0.1/inkoop")

    assert load(MigrationSettings).owner_database.startswith("postgresql://owner")
