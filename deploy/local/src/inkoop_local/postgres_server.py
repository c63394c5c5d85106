"""A PostgreSQL server of our own from binaries: loopback only, its data kept between runs."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg

from inkoop_local import ports, processes, state
from inkoop_local.errors import StackError
from inkoop_local.postgres_account import Account
from inkoop_local.postgres_binaries import server_version
from inkoop_local.processes import Running
from inkoop_local.waiting import until

_START_SECONDS = 60
_ADOPT_SECONDS = 15


class PostgresServer:
    """A server in `directory`; start, stop and kill may be called in any state, from anywhere.

    `durable` False leaves out the wait for the disk (fsync=off): for tests, whose data a power cut
    may take. A killed server loses nothing by it, as it would by synchronous_commit=off.
    """

    def __init__(self, directory: Path, binaries: Path, provider: str, *, durable: bool) -> None:
        self._directory = directory.resolve()
        self._data = self._directory / "data"
        self._log = self._directory / "postgres.log"
        self._record = self._directory / "process.json"
        self._mark = f"{self._directory}/server"
        self._binaries = binaries
        self._durable = durable
        self._port = 0
        self.provider = provider
        self.version = server_version(binaries)

    @property
    def pid(self) -> int | None:
        """Its process, if it runs."""
        process = processes.recall(self._record, self._mark)
        return process.pid if process else None

    @property
    def admin_url(self) -> str:
        """The superuser's URL of database `postgres`."""
        return self.url("postgres", "postgres")

    def url(self, user: str, database: str) -> str:
        """The URL of a role and a database; the same after every start, as the port is."""
        port = self._port or state.read_json(self._directory / "ports.json").get("server", 0)
        return f"postgresql://{user}@{ports.LOOPBACK}:{port}/{database}"

    def start(self) -> None:
        """Return when `select 1` is answered from our own data; a server that lives is adopted."""
        with state.locked(self._directory / "lock"):
            process = processes.recall(self._record, self._mark)
            if process and self._is_ready(process, _ADOPT_SECONDS):
                return
            if process:
                self._kill(process)
            self._start_anew()

    def stop(self) -> None:
        """End it cleanly, open connections included (fast shutdown)."""
        with state.locked(self._directory / "lock"):
            if process := processes.recall(self._record, self._mark):
                process.end(signal.SIGINT, seconds=30)

    def kill(self) -> None:
        """End it as a crash does (kill -9 of all its processes); the next start recovers."""
        if process := processes.recall(self._record, self._mark):
            self._kill(process)

    def remove(self) -> None:
        """End it and throw its data away."""
        self.kill()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _start_anew(self) -> None:
        account = Account.for_paths(self._directory, self._binaries)
        self._initialise(account)
        said = ""
        for _ in range(3):
            self._port = ports.remembered(self._directory / "ports.json", "server")["server"]
            process = self._spawn(account)
            if self._is_ready(process, _START_SECONDS):
                return
            self._kill(process)
            said = state.last_lines(self._log)
            if "Address already in use" not in said:
                break  # else somebody was quicker than we: once more, with another port
        raise StackError(f"PostgreSQL does not start; {self._log} ends with\n{said}")

    def _initialise(self, account: Account) -> None:
        """Make the data directory beside, then move it into place: a half one never counts."""
        if (self._data / "PG_VERSION").exists():
            self._refuse_other_version()
            return
        fresh = self._directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        account.make_directory(fresh)
        how = ["-U", "postgres", "--auth=trust", "--locale=C.UTF-8", "-E", "UTF8"]
        how += [] if self._durable else ["--no-sync"]
        argv = account.argv([str(self._binaries / "initdb"), "-D", str(fresh), *how])
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StackError(f"initdb failed:\n{done.stdout}{done.stderr}")
        fresh.rename(self._data)

    def _refuse_other_version(self) -> None:
        made = (self._data / "PG_VERSION").read_text(encoding="ascii").strip()
        if self.version.split(".")[0] != made:
            raise StackError(
                f"{self._data} was made by PostgreSQL {made}, the binaries are {self.version}",
                f"install PostgreSQL {made}, or throw the local data away: make clean",
            )

    def _spawn(self, account: Account) -> Running:
        # Nobody runs on this data (we hold the lock and found no process), but the file stays
        # after a crash and would refuse us as long as the dead one's pid is taken.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        if self._log.exists():
            self._log.replace(self._log.with_suffix(".log.1"))
        settings = [f"--{name}={value}" for name, value in self._settings().items()]
        argv = [str(self._binaries / "postgres"), "-D", str(self._data), *settings]
        process = processes.spawn(account.argv(argv), self._log, self._mark, dict(os.environ))
        processes.remember(self._record, process)
        return process

    def _settings(self) -> Mapping[str, str | int]:
        return {
            "listen_addresses": ports.LOOPBACK,
            "port": self._port,
            "unix_socket_directories": "",  # Debian's default directory belongs to another user
            "max_connections": 200,
            # The defaults are those of a machine of 2005: a checkpoint each GiB of WAL, and after
            # each one every page is written whole.
            "shared_buffers": "256MB",
            "max_wal_size": "4GB",
            "fsync": "on" if self._durable else "off",
            "log_line_prefix": "%m [%p] %q%u@%d ",
        }

    def _is_ready(self, process: Running, seconds: float) -> bool:
        def answer() -> bool | None:
            if not process.is_alive():
                raise StackError("the server ended")
            return self._answers() or None

        try:
            return until(answer, seconds, "PostgreSQL answers")
        except StackError:
            return False

    def _answers(self) -> bool:
        """Whether `select 1` is answered out of our own data directory, not a foreign server's."""
        try:
            with psycopg.connect(self.admin_url, connect_timeout=3) as connection:
                row = connection.execute("select 1, current_setting('data_directory')").fetchone()
        except psycopg.Error:
            return False
        return row is not None and row[1] == str(self._data)

    @staticmethod
    def _kill(process: Running) -> None:
        whole = (process, *process.children())
        for one in whole:
            one.send(signal.SIGKILL)
        for one in whole:
            one.wait_gone(10)
