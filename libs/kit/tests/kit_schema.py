"""Tables and topics of the tally, as the kit's tests need them."""

import re
from importlib.resources import files

import psycopg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from kit_tally import TABLE

from inkoop_kit.lanes import LANES
from inkoop_local.database import ServiceDatabase, drop_database, prepare_database
from inkoop_local.postgres import Server


def tally_schema(server: Server, name: str) -> ServiceDatabase:
    """A fresh database of this name, with the tables of the kit and of the tally."""
    drop_database(server, name)
    access = prepare_database(server, name, ("tally",))["tally"]
    folder = files("inkoop_kit") / "migrations"
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".sql"))
    sql = "".join((folder / name).read_text() for name in names) + TABLE
    for word, role in (("service", "tally"), ("reader", "tally_reader")):
        sql = re.sub(rf"(?<!:):{word}\b", role, sql)
    with psycopg.connect(access.owner_url, autocommit=True) as connection:
        connection.execute("set search_path to tally")
        connection.execute(sql.encode())
    return access


async def create_topics(bootstrap: str, names: list[str]) -> None:
    """Topics of 24 partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, LANES, 1) for name in names])
    finally:
        await admin.close()
