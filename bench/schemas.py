"""Databases with the tables of a service, without its process: for what is measured in ours."""

from inkoop_host.migrate import migrate, migrations_of
from inkoop_kit.postgres import Database
from inkoop_local.database import ServiceDatabase, drop_database, prepare_database
from inkoop_local.stack import Stack


def tables(stack: Stack, service: str, name: str) -> ServiceDatabase:
    """A fresh database of this name with the tables of this service."""
    server = stack.infrastructure.postgres
    drop_database(server, name)
    access = prepare_database(server, name, (service,))[service]
    migrate(access.owner_url, service, migrations_of(service))
    return access


def connect(access: ServiceDatabase, purpose: str) -> Database:
    """A connection as the service's processes have it."""
    return Database(access.url, access.schema, purpose)
