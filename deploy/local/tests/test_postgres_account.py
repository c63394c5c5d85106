"""PostgreSQL for a user who is root, where the kernel gives no user namespace (a container)."""

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from inkoop_local.errors import Unavailable
from inkoop_local.postgres import postgres

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(os.geteuid() != 0, reason="it is about root"),
]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH without `unshare`; what is put there can be run."""
    directory = tmp_path / "bin"
    directory.mkdir()
    (directory / "test").symlink_to(str(shutil.which("test")))
    monkeypatch.setenv("PATH", str(directory))
    return directory


def test_it_runs_as_another_user_in_a_folder_that_is_root_s_alone(
    tmp_path: Path, programs: Path
) -> None:
    (programs / "setpriv").symlink_to("/usr/bin/setpriv")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    server = postgres(private / "postgres", {}, durable=False)
    try:
        server.start()
        with psycopg.connect(server.admin_url) as connection:
            connection.execute("create table kept as select 1 as n")
        server.kill()
        server.start()
        with psycopg.connect(server.admin_url) as connection:
            assert connection.execute("select n from kept").fetchone() == (1,)
        assert (private / "postgres/data").stat().st_uid != 0
    finally:
        server.remove()


def test_without_any_way_out_it_says_so(tmp_path: Path, programs: Path) -> None:
    del programs
    with pytest.raises(Unavailable, match="PostgreSQL refuses root"):
        postgres(tmp_path / "postgres", {}).start()
