"""Backups and restores of a breakable stack, by the scripts that operators use."""

import os
import subprocess
from pathlib import Path

import psycopg
from crash_stack import BreakableStack

from inkoop_local.postgres_binaries import machine_binaries, wheel_binaries
from inkoop_local.waiting import until

SCRIPTS = Path(__file__).parents[2] / "deploy" / "operations"
POINT = "earlier"
"""The name of a moment in the WAL."""


def run_script(name: str, *arguments: object) -> str:
    """Run a script of deploy/operations with the tools of our PostgreSQL; what it says."""
    tools = machine_binaries() or wheel_binaries() or Path()
    path = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    words = [str(SCRIPTS / name), *map(str, arguments)]
    done = subprocess.run(words, env=path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def back_up(stack: BreakableStack) -> Path:
    """A base backup of the running server, beside its data."""
    backup = stack.directory / "postgres" / "backup"
    run_script("backup.sh", stack.infrastructure.postgres.admin_url, backup)
    return backup


def mark_moment(stack: BreakableStack) -> None:
    """A moment to which the server can be restored."""
    with psycopg.connect(stack.infrastructure.postgres.admin_url, autocommit=True) as connection:
        connection.execute("select pg_create_restore_point(%s)", [POINT])
        connection.execute("select pg_switch_wal()")


def restore(stack: BreakableStack, backup: Path, *options: str) -> None:
    """The server crashes, its data is lost but for the WAL; the backup takes its place."""
    server = stack.infrastructure.postgres
    server.kill()
    run_script("restore.sh", stack.directory / "postgres" / "data", backup, *options)
    server.start()
    until(lambda: not in_recovery(server.admin_url), 60, "the end of recovery")


def in_recovery(url: str) -> bool:
    """Whether the server still reads WAL."""
    with psycopg.connect(url) as connection:
        row = connection.execute("select pg_is_in_recovery()").fetchone()
    return bool(row and row[0])
