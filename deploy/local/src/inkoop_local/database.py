"""The database of the services: for each a schema, the role that owns it, the one that works in it.

    databases = prepare_database(infrastructure.postgres, "inkoop", ("ordering", "matching"))
    databases["matching"].url            # role `matching`: no DDL rights, search_path its schema
    databases["matching"].owner_url      # role `matching_owner`, for `inkoop-matching migrate`

Idempotent, safe for several callers at once. Tests take a database name of their own each; the
roles are the server's and shared.
"""

from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from inkoop_local.errors import StackError
from inkoop_local.postgres import Server

_LOCK = 0x696E6B6F6F70  # "inkoop"


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """Where one service finds its part of the database."""

    schema: str
    url: str
    owner_url: str


def prepare_database(
    server: Server, database: str, services: tuple[str, ...]
) -> dict[str, ServiceDatabase]:
    """Make database, schemas and roles where they are missing; what to connect with, per service.

    Tables and the rights on them are the migrations' (`inkoop-<service> migrate`).
    """
    try:
        # Held in one database for the whole server: the roles are the server's.
        with psycopg.connect(server.admin_url, autocommit=True) as guard:
            guard.execute("select pg_advisory_lock(%s)", (_LOCK,))
            _make_database(guard, database)
            with psycopg.connect(make_conninfo(server.admin_url, dbname=database)) as connection:
                for service in services:
                    _make_roles(connection, _schema(service), _password(server))
                    _make_schema(connection, _schema(service), database)
    except psycopg.Error as wrong:
        raise StackError(f"could not prepare the database {database}: {wrong}") from wrong
    return {service: _access(server, database, _schema(service)) for service in services}


def drop_database(server: Server, database: str) -> None:
    """Throw a database away with all that is in it, connections cut; nothing where none is."""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        name = sql.Identifier(database)
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))


def _make_database(connection: psycopg.Connection[tuple[object, ...]], database: str) -> None:
    known = connection.execute("select 1 from pg_database where datname = %s", (database,))
    if known.fetchone() is None:
        connection.execute(
            sql.SQL("create database {} template template0 encoding 'UTF8'").format(
                sql.Identifier(database)
            )
        )


def _make_roles(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, password: str
) -> None:
    # NOINHERIT: what is granted to the reader holds after `set role` only, so that row level
    # security meets the reader and not the service.
    kinds = {
        f"{schema}_owner": "login",
        schema: "login noinherit",
        f"{schema}_reader": "nologin",
    }
    for role, kind in kinds.items():
        known = connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
        verb = "alter" if known else "create"
        connection.execute(
            sql.SQL(f"{verb} role {{}} {kind}").format(sql.Identifier(role))  # pyright: ignore[reportArgumentType]
        )
        if password and kind != "nologin":
            connection.execute(
                sql.SQL("alter role {} password {}").format(sql.Identifier(role), password)
            )
    reader = sql.Identifier(f"{schema}_reader")
    connection.execute(sql.SQL("grant {} to {}").format(reader, sql.Identifier(schema)))


def _make_schema(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, database: str
) -> None:
    names = {
        "schema": sql.Identifier(schema),
        "owner": sql.Identifier(f"{schema}_owner"),
        "reader": sql.Identifier(f"{schema}_reader"),
        "database": sql.Identifier(database),
    }
    for statement in (
        "create schema if not exists {schema} authorization {owner}",
        "grant usage on schema {schema} to {schema}, {reader}",
        "alter role {owner} in database {database} set search_path = {schema}",
        "alter role {schema} in database {database} set search_path = {schema}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def _access(server: Server, database: str, schema: str) -> ServiceDatabase:
    return ServiceDatabase(
        schema, server.url(schema, database), server.url(f"{schema}_owner", database)
    )


def _password(server: Server) -> str:
    """Behind a URL with a password the roles get the same: it is the one secret that we know."""
    return str(conninfo_to_dict(server.admin_url).get("password") or "")


def _schema(service: str) -> str:
    return service.replace("-", "_")
