"""Views from zero: decisions folded from a history of orders, receipts, invoices and decisions."""

import time
from collections.abc import Iterable
from functools import partial

import psycopg

from bench.engine import VIEWS, Engine
from bench.harness import Bench
from bench.rows import Measured, Rival
from bench.schemas import connect, tables
from inkoop_kit.postgres import PostgresStore
from inkoop_kit.rebuild import PAGE, rebuild
from inkoop_local.database import ServiceDatabase
from inkoop_matching.application.matching import CASE
from inkoop_matching.views.decisions import DECISIONS

_SHOWN = "select md5(string_agg(d::text, '' order by d::text)) from decisions d"
_READ = """select sequence, stream, version, type, schema, data, cause, meta, occurred_at
    from event where lane = %s and sequence > %s order by sequence limit %s"""


def measure(bench: Bench) -> Iterable[Measured]:
    """The result is compared with the view as it was written live."""
    with bench.stack("rebuilding", ()) as stack:
        access = tables(stack, "matching", "rebuilding")
        engine = Engine(PostgresStore(connect(access, "bench"), [CASE], VIEWS))
        make, numbers = engine.publishers, range(1, bench.pick(30_000, 2_000) + 1)
        facts = engine.carry_out(
            message
            for n in numbers
            for message in (make.order(n), make.receipt(n), make.invoice(n, n))
        )
        live = _shown(access)
        said = bench.interleaved(
            {
                "kit": partial(_rebuild, access, facts),
                "reading alone": partial(_read, access, facts),
            }
        )
        if (anew := _shown(access)) != live:
            raise RuntimeError(f"the view rebuilt differs from the live one: {anew} {live}")
    rival = Rival("psycopg reading the same pages, nothing else", said["reading alone"])
    yield Measured("rebuild.events_per_s", said["kit"], rival, {"facts": facts})


def _rebuild(access: ServiceDatabase, facts: int) -> float:
    database = connect(access, "rebuild")
    started = time.perf_counter()
    read = sum(lane.facts for lane in rebuild(database, DECISIONS))
    took = time.perf_counter() - started
    database.close()
    if read == 0:
        raise RuntimeError("nothing was rebuilt")
    return facts / took


def _read(access: ServiceDatabase, facts: int) -> float:
    database = connect(access, "read")
    started = time.perf_counter()
    for lane in range(24):
        at = 0
        while page := database.connection.execute(_READ, [lane, at, PAGE]).fetchall():
            at = page[-1][0]
    took = time.perf_counter() - started
    database.close()
    return facts / took


def _shown(access: ServiceDatabase) -> str:
    with psycopg.connect(access.url, options="-c search_path=matching") as connection:
        row = connection.execute(_SHOWN).fetchone()
        return str(row and row[0])
