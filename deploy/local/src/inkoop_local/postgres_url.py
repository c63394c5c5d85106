"""A PostgreSQL that somebody else runs, at a superuser's URL from the environment."""

import psycopg

from inkoop_local.errors import StackError
from inkoop_local.waiting import until


class PostgresUrl:
    """Used as it is: never started, stopped or killed by us; roles and schemas are made in it."""

    provider = "url"
    pid = None

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url
        self.version = "unknown"

    def url(self, user: str, database: str) -> str:
        """The URL of a role and a database on the same server, with the superuser's password.

        The local stack gives its roles that password, the only one it knows.
        """
        scheme, _, rest = self.admin_url.partition("://")
        authority = rest.partition("/")[0]
        login, _, place = authority.rpartition("@")
        password = login.partition(":")[2]
        return f"{scheme}://{user}{password and ':' + password}@{place}/{database}"

    def start(self) -> None:
        """Return when `select 1` is answered; raises StackError after 15 s."""
        self.version = until(self._ask, 15, "PostgreSQL at INKOOP_DATABASE_ADMIN answers")

    def stop(self) -> None:
        """Leave it alone."""

    def remove(self) -> None:
        """Leave it alone."""

    def kill(self) -> None:
        """Refuse: it is not ours."""
        raise StackError("PostgreSQL at INKOOP_DATABASE_ADMIN is not ours to kill")

    def _ask(self) -> str | None:
        try:
            with psycopg.connect(self.admin_url, connect_timeout=3) as connection:
                row = connection.execute("select 1, current_setting('server_version')").fetchone()
        except psycopg.Error:
            return None
        return str(row[1]).split()[0] if row else None
