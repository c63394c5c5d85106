from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from inkoop_host.health import Health
from inkoop_host.migrate import Migration, MigrationRefused, migrate, migrations_of, pending, state
from inkoop_host.schema_check import SchemaOlder, answers, wait_for_schema
from inkoop_kit.postgres import Database
from inkoop_local.database import ServiceDatabase, drop_database, prepare_database
from inkoop_local.infrastructure import Infrastructure

pytestmark = pytest.mark.integration

THING = Migration(
    "thing/0001_thing.sql", "create table thing (id int); grant select on thing to :service;"
)
MORE = Migration("thing/0002_more.sql", "alter table thing add at time default '12:00'::time;")
BROKEN = Migration("thing/0003_broken.sql", "create table half (id int); select nonsense;")


@pytest.fixture
def access(infrastructure: Infrastructure) -> Generator[ServiceDatabase]:
    name = "kit_migrate_test"
    drop_database(infrastructure.postgres, name)
    yield prepare_database(infrastructure.postgres, name, ("thing",))["thing"]
    drop_database(infrastructure.postgres, name)


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        query = "select tablename from pg_tables where schemaname = 'thing'"
        return {str(name) for (name,) in connection.execute(query)}


def test_migrations_run_once_and_in_order(access: ServiceDatabase) -> None:
    assert migrate(access.owner_url, "thing", [THING]) == [THING.name]
    assert migrate(access.owner_url, "thing", [THING, MORE]) == [MORE.name]
    assert migrate(access.owner_url, "thing", [THING, MORE]) == []


def test_the_service_may_use_the_tables_and_not_change_them(access: ServiceDatabase) -> None:
    migrate(access.owner_url, "thing", [THING, MORE])

    with psycopg.connect(access.url, autocommit=True) as connection:
        connection.execute("select * from thing.thing")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("drop table thing.thing")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table thing.other (id int)")


def test_a_file_that_was_run_may_not_change(access: ServiceDatabase) -> None:
    migrate(access.owner_url, "thing", [THING])
    changed = Migration(THING.name, THING.text + " ")

    with pytest.raises(MigrationRefused, match=THING.name):
        migrate(access.owner_url, "thing", [changed, MORE])
    assert state(access.owner_url, "thing", [THING, MORE])[1] == (MORE.name, "pending")


def test_a_file_that_fails_leaves_nothing_behind(access: ServiceDatabase) -> None:
    with pytest.raises(psycopg.errors.UndefinedColumn):
        migrate(access.owner_url, "thing", [THING, BROKEN])

    assert tables(access.owner_url) == {"thing", "migration"}


def test_two_at_once_run_each_file_once(access: ServiceDatabase) -> None:
    with ThreadPoolExecutor(4) as threads:
        runs = [threads.submit(migrate, access.owner_url, "thing", [THING, MORE]) for _ in range(4)]
        done = [name for run in runs for name in run.result()]

    assert sorted(done) == [THING.name, MORE.name]


def test_old_code_runs_on_a_newer_schema(access: ServiceDatabase) -> None:
    migrate(access.owner_url, "thing", [THING, MORE])

    with Database(access.url, "thing", "test").connection as connection:
        assert pending(connection, [THING]) == []


def test_the_kits_files_come_first() -> None:
    names = [migration.name for migration in migrations_of("ordering")]

    assert names[0] == "kit/0001_kit.sql"
    assert all(name.startswith(("kit/", "ordering/")) for name in names)
    assert len(set(names)) == len(names)


@pytest.fixture
def ordering(infrastructure: Infrastructure) -> Generator[ServiceDatabase]:
    name = "kit_schema_test"
    drop_database(infrastructure.postgres, name)
    yield prepare_database(infrastructure.postgres, name, ("ordering",))["ordering"]
    drop_database(infrastructure.postgres, name)


@pytest.mark.asyncio
async def test_a_service_refuses_an_older_schema(ordering: ServiceDatabase) -> None:
    migrate(ordering.owner_url, "ordering", migrations_of("ordering")[:-1])
    health, database = Health(), Database(ordering.url, "ordering", "test")

    with pytest.raises(SchemaOlder, match="inkoop-ordering migrate"):
        await wait_for_schema(database, "ordering", health, patience=0)

    database.close()
    assert any(reason.startswith("schema") for reason in health.startup())


@pytest.mark.asyncio
async def test_a_service_starts_on_its_schema(ordering: ServiceDatabase) -> None:
    migrate(ordering.owner_url, "ordering", migrations_of("ordering"))
    health, database = (
        Health(needs=("schema", "postgresql")),
        Database(ordering.url, "ordering", "t"),
    )

    await wait_for_schema(database, "ordering", health, patience=0)

    assert health.startup() == []
    assert answers(database)
    database.close()


def test_a_server_that_was_restarted_meanwhile_answers(ordering: ServiceDatabase) -> None:
    database = Database(ordering.url, "ordering", "t")
    assert answers(database)
    pid = database.connection.info.backend_pid
    with psycopg.connect(ordering.url) as other:  # the same role may end its own sessions
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])
    assert answers(database)
    database.close()
