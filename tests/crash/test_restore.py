"""PostgreSQL's disk is lost: a base backup and all WAL bring everything back."""

import json
import subprocess
from pathlib import Path

import psycopg
import pytest
from crash_checks import check
from crash_evidence import gather
from crash_load import Load
from crash_run import wait_until_quiet
from crash_stack import BreakableStack

from inkoop_local.postgres_binaries import machine_binaries, wheel_binaries
from inkoop_local.waiting import until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(400)]
STORIES = 20
SLOT = "backup"
"""A replication slot keeps all WAL since the backup, as an archive would."""


def test_a_base_backup_and_all_wal_lose_nothing(place: Path) -> None:
    stack = BreakableStack(place, seed=41)
    loads = [Load(seed, stack.urls, workers=6, stories=STORIES) for seed in (41, 42, 43)]
    try:
        stack.open()
        loads[0].start()
        loads[0].finish(120)
        backup = back_up(stack)
        loads[1].start()
        until(lambda: len(loads[1].submissions) > STORIES, 60, "work under way")
        restore(stack, backup)
        loads[1].finish(200)
        loads[2].start()
        loads[2].finish(120)
        wait_until_quiet(stack)
        infrastructure = stack.infrastructure
        evidence = gather(infrastructure.postgres.admin_url, infrastructure.kafka.bootstrap)
        assert check(evidence, [one for load in loads for one in load.submissions]) == []
    finally:
        stack.close()


def back_up(stack: BreakableStack) -> Path:
    """A base backup of the running server, beside its data."""
    url, backup = stack.infrastructure.postgres.admin_url, stack.directory / "postgres" / "backup"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select pg_create_physical_replication_slot(%s, true)", [SLOT])
    tool = (machine_binaries() or wheel_binaries() or Path()) / "pg_basebackup"
    words = [str(tool), "-d", url, "-D", str(backup), "-X", "none", "-c", "fast", "--no-sync"]
    subprocess.run(words, check=True, capture_output=True)
    return backup


def restore(stack: BreakableStack, backup: Path) -> None:
    """The server crashes, its data is lost but for the WAL; the backup takes its place."""
    server = stack.infrastructure.postgres
    data, lost = stack.directory / "postgres" / "data", stack.directory / "postgres" / "lost"
    server.kill()
    data.rename(lost)
    backup.rename(data)
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = 'cp {json.dumps(str(lost))}/pg_wal/%f %p'\n")
    (data / "recovery.signal").touch()
    server.start()
    until(lambda: not in_recovery(server.admin_url), 60, "the end of recovery")


def in_recovery(url: str) -> bool:
    """Whether the server still reads WAL."""
    with psycopg.connect(url) as connection:
        row = connection.execute("select pg_is_in_recovery()").fetchone()
    return bool(row and row[0])
