"""Each check of the statement is dropped in turn, and a promise of the store must break.

What survives has a second line of defence, named here, and falls when both are dropped.
"""

from collections.abc import Callable

import msgspec
import psycopg
import pytest
import test_store
from kit_tally import PILE, TALLIES, TALLY

from inkoop_kit.postgres import Database, PostgresStore
from inkoop_kit.statement import numbered, write_statement

pytestmark = [pytest.mark.integration, pytest.mark.timeout(30)]

Stores = Callable[[], PostgresStore]
Databases = Callable[[], Database]
Promise = Callable[[Stores], None]

CONTRACT = test_store.TestPostgresStore()
GO = "exists (select from go)"
COMMAND = "when exists (select from command where id = any(%(commands)s::text[])) then 'command'"
LAST_PART = """%(lasts)s::int[]) as c
    where exists (select from go)"""
PARTS = (
    "moved", "tracked", "kept", "counted", "done", "set_aside", "let_go", "again", "received",
    "tallies_shown",
)  # fmt: skip


class Attacked(PostgresStore):
    """The store with another statement."""

    def __init__(self, database: Database, statement: str) -> None:
        super().__init__(database, [TALLY, PILE], [TALLIES])
        self._write, self._names = numbered(statement)


def promise(name: str) -> Promise:
    """A promise of the contract, to be asked of one store."""
    return lambda stores: getattr(CONTRACT, f"test_{name}")(stores())


def race(name: str) -> Promise:
    """A promise of several stores on one schema."""
    asked: Promise = getattr(CONTRACT, f"test_{name}")
    return asked


def dropped(check: str, instead: str = "") -> str:
    """The statement without a check, which must stand in it exactly once."""
    statement = write_statement([TALLIES])
    assert statement.count(check) == 1, check
    return statement.replace(check, instead)


def unguarded(part: str) -> str:
    """The statement in which one part writes whatever the verdict is."""
    before, found, behind = write_statement([TALLIES]).partition(f"{part} as (")
    assert found
    assert GO in behind
    return before + found + behind.replace(GO, "true", 1)


ATTACKS: dict[str, tuple[str, Promise]] = {
    "turn": (
        dropped("or exists (select from held join lane using (lane) where held.turn <> lane.turn)"),
        race("a_reader_that_waited_for_the_lane_sees_how_far_was_read"),
    ),
    "for update": (
        dropped("order by lane for update", "order by lane"),
        race("a_reader_that_waited_for_the_lane_sees_how_far_was_read"),
    ),
    "turn moves": (
        dropped(", turn = lane.turn + 1"),
        race("a_reader_that_waited_for_the_lane_sees_how_far_was_read"),
    ),
    "offset": (
        dropped("tracking.next_offset is distinct from position.expected", "false"),
        promise("a_foreign_offset_refuses_everything"),
    ),
    "offset taken": (
        dropped("from position left join tracking", "from position join tracking"),
        promise("a_position_that_was_never_taken_refuses_everything"),
    ),
    "cluster": (
        dropped("or tracking.cluster is distinct from position.cluster"),
        promise("another_cluster_refuses_everything"),
    ),
    "released": (
        dropped("id = any(%(released)s::bigint[] || %(retried)s::bigint[])", "false"),
        promise("a_parked_message_is_released_once"),
    ),
    "version": (
        dropped("when exists (select from stale) then 'version'"),
        promise("a_foreign_version_refuses_everything_and_names_the_stream"),
    ),
    "command": (
        dropped(COMMAND).replace(LAST_PART, f"{LAST_PART} on conflict (id) do nothing"),
        promise("a_command_is_carried_out_once"),
    ),
    "no facts, no state": (
        dropped("data <> '' and ", ""),
        promise("a_stream_without_facts_is_not_there"),
    ),
    **{
        f"again: of its {place}": (
            dropped(f"parked.{place} = failed.{place}", "true"),
            promise("a_key_that_fails_again_leaves_its_namesakes_alone"),
        )
        for place in ("topic", "key")
    },
    "again: and behind it": (
        dropped("parked.id >= r.id and ", ""),
        promise("a_key_that_fails_again_is_not_asked_for_any_more"),
    ),
    "original": (
        dropped("on conflict (sha256) do nothing"),
        promise("an_original_is_kept_once"),
    ),
    **{
        f"guard of {part}": (unguarded(part), promise("a_refused_batch_leaves_nothing"))
        for part in PARTS
    },
}


@pytest.mark.parametrize(("statement", "broken"), ATTACKS.values(), ids=ATTACKS)
def test_a_statement_without_a_check_breaks_a_promise(
    databases: Databases, statement: str, broken: Promise
) -> None:
    with pytest.raises((AssertionError, psycopg.Error, msgspec.DecodeError)):
        broken(lambda: Attacked(databases(), statement))


def test_without_the_check_of_commands_their_key_stops_the_second(databases: Databases) -> None:
    statement = dropped(COMMAND)
    promise("a_command_is_carried_out_once")(lambda: Attacked(databases(), statement))


def test_names_become_numbers_in_the_order_in_which_they_are_first_used() -> None:
    assert numbered("select %(b)s, %(a)s::int[], %(b)s") == (
        b"select $1, $2::int[], $1",
        ("b", "a"),
    )
