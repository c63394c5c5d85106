"""The scripts of deploy/operations: what they say, and what they refuse before they touch a thing.

That they do what they say is proven by tests/crash/test_restore*.py and test_kafka_lost.py.
"""

import os
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "deploy" / "operations"
SCRIPTS = sorted(FOLDER.glob("*.sh"))


def run(script: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """What a script answers, and how it ends."""
    argv = [str(script), *map(str, words)]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=20)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory of a server that is gone."""
    made = tmp_path / "it's data"
    (made / "pg_wal").mkdir(parents=True)
    return made


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """What a base backup looks like from outside."""
    made = tmp_path / "backup"
    made.mkdir()
    (made / "backup_label").touch()
    (made / "postgresql.auto.conf").write_text("# by PostgreSQL\n")
    return made


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_explains_itself_and_refuses_to_guess(script: Path) -> None:
    told, guessed = run(script, "--help"), run(script)
    assert (told.returncode, guessed.returncode) == (0, 2)
    assert told.stdout.startswith(f"usage: {script.name} ")
    assert guessed.stderr == told.stdout


def test_a_restore_keeps_the_old_data_and_finds_its_wal_whatever_its_name(
    data: Path, backup: Path
) -> None:
    done = run(FOLDER / "restore.sh", data, backup, "--to-point", "it's")
    assert done.returncode == 0, done.stderr
    said = (data / "postgresql.auto.conf").read_text()
    lost = str(data).replace("'", "''")
    assert f'restore_command = \'cp "{lost}.lost/pg_wal/%f" "%p"\'\n' in said
    assert "recovery_target_name = 'it''s'\nrecovery_target_action = 'promote'\n" in said
    assert (data / "recovery.signal").exists()
    assert Path(f"{data}.lost", "pg_wal").is_dir()


def test_a_restore_with_all_wal_has_no_target(data: Path, backup: Path, tmp_path: Path) -> None:
    assert run(FOLDER / "restore.sh", data, backup, "--wal", tmp_path).returncode == 0
    said = (data / "postgresql.auto.conf").read_text()
    assert "recovery_target" not in said
    assert f'\'cp "{tmp_path}/%f" "%p" 2>/dev/null || cp ' in said


def test_a_restore_touches_nothing_where_something_is_wrong(
    data: Path, backup: Path, tmp_path: Path
) -> None:
    assert run(FOLDER / "restore.sh", data, tmp_path / "none").returncode == 1
    assert run(FOLDER / "restore.sh", data, backup, "--when", "now").returncode == 2
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    refused = run(FOLDER / "restore.sh", data, backup)
    assert refused.returncode == 1
    assert "still runs" in refused.stderr
    assert data.is_dir()
    assert backup.is_dir()
