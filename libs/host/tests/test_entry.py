import pytest

from inkoop_host.entry import FAILED, MISUSED, command_line
from inkoop_host.service import Service
from inkoop_host.settings import Settings


def never(settings: Settings) -> Service:
    raise AssertionError(settings)


def run(*arguments: str) -> int:
    return command_line("ordering", Settings, never, arguments)


@pytest.mark.parametrize("what", ["run", "migrate", "schema"])
def test_what_is_missing_is_named(
    what: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("INKOOP_KAFKA", "INKOOP_OWNER_DATABASE"):
        monkeypatch.delenv(name, raising=False)

    assert run(what) == MISUSED
    assert "INKOOP_" in capsys.readouterr().err


def test_a_database_that_is_away_fails_with_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INKOOP_OWNER_DATABASE", "postgresql://x:secret@127.0.0.1:9/x")

    assert run("migrate") == FAILED
    out = capsys.readouterr().out
    assert "migrate failed" in out
    assert "secret" not in out


def test_another_word_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run("dance")

    assert left.value.code == MISUSED
    assert "run" in capsys.readouterr().err
