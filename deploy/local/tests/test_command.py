import json
from pathlib import Path

import pytest

from inkoop_local.main import main


@pytest.fixture(autouse=True)
def nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKOOP_LOCAL_DIRECTORY", str(tmp_path))


def test_status_of_a_stack_that_does_not_run_says_how_to_start_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["status"]) == 1
    assert "make up" in capsys.readouterr().err


def test_status_for_machines_is_json_also_when_nothing_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["status", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == []


def test_a_stack_that_is_down_is_said_to_be_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = {
        "kafka": {"provider": "jvm", "version": "4.3.1", "bootstrap": "127.0.0.1:9", "pid": 1},
        "postgres": {
            "provider": "wheel",
            "version": "18.6",
            "url": "postgresql://postgres@127.0.0.1:9/postgres",
            "pid": 2,
        },
        "services": {
            "matching": {
                "replicas": [{"name": "matching-0", "url": "http://127.0.0.1:9", "pid": 3}]
            }
        },
    }
    (tmp_path / "stack.json").write_text(json.dumps(stack))
    assert main(["status", "--json"]) == 1
    parts = json.loads(capsys.readouterr().out)
    assert [(part["name"], part["is_ready"]) for part in parts] == [
        ("kafka", False),
        ("postgres", False),
        ("matching-0", False),
    ]


def test_a_log_that_is_not_there_is_an_error_with_a_next_step(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["logs", "matching"]) == 1
    assert "no log of matching" in capsys.readouterr().err


def test_the_log_of_one_service_is_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log/matching-0.log").write_text("one\ntwo\n")
    assert main(["logs", "matching", "-n", "1"]) == 0
    assert capfd.readouterr().out == "two\n"


def test_stopping_what_does_not_run_is_no_error() -> None:
    assert main(["down"]) == 0
    assert main(["clean"]) == 0


@pytest.mark.parametrize("count", ["0", "-1", "two"])
def test_a_count_that_is_none_is_wrong_usage(count: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(["up", "--replicas", count])
    assert end.value.code == 2
