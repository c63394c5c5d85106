"""Rebuilding a view: whole lanes or none of them, however it ends."""

from collections.abc import Callable

import psycopg
import pytest
from kit_tally import NOW, OPERATOR, TALLIES, TALLY, add

from inkoop_kit.batch import Batch, codecs
from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.rebuild import rebuild
from inkoop_kit.streams import Cause
from inkoop_local.database import ServiceDatabase

pytestmark = pytest.mark.integration
WHY = Cause("command/1", "tester", OPERATOR, "c-1", NOW)
TOTALS = {f"n{n}": n for n in range(1, 101)}


@pytest.fixture
def database(stores: Callable[[], PostgresStore], databases: Callable[[], Database]) -> Database:
    """A hundred tallies, whose rows somebody spoiled."""
    batch = Batch(codecs([TALLY]), [TALLIES])
    for name, total in TOTALS.items():
        batch.decide(add(name, total), WHY, {})
    stores().write(batch)
    database = databases()
    database.connection.execute("update tallies set total = -1")
    return database


def totals(database: Database) -> dict[str, int]:
    return dict(database.connection.execute("select name, total from tallies").fetchall())


def test_a_view_is_made_anew_lane_by_lane(database: Database) -> None:
    rebuilt = list(rebuild(database, TALLIES))
    assert [lane.lane for lane in rebuilt] == list(range(24))
    assert sum(lane.facts for lane in rebuilt) == sum(lane.rows for lane in rebuilt) == 100
    assert totals(database) == TOTALS


def test_one_that_is_given_up_leaves_whole_lanes_and_is_begun_again(database: Database) -> None:
    lanes = rebuild(database, TALLIES)
    told = [next(lanes).lane for _ in range(3)]
    lanes.close()
    found = database.connection.execute(
        "select lane, count(distinct total = -1) from tallies group by lane"
    ).fetchall()
    assert told == [0, 1, 2]
    assert {mixed for _, mixed in found} == {1}
    list(rebuild(database, TALLIES))
    assert totals(database) == TOTALS


def test_a_row_that_the_table_refuses_ends_it_and_its_lane_stays(
    database: Database, schema: ServiceDatabase
) -> None:
    with psycopg.connect(schema.owner_url, autocommit=True) as owner:
        owner.execute("alter table tally.tallies add check (total < 100)")
    with pytest.raises(psycopg.errors.CheckViolation):
        list(rebuild(database, TALLIES))
    assert totals(database)["n100"] == -1
    assert totals(database).keys() == TOTALS.keys()
