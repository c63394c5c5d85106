"""The one statement that writes a batch: it locks, checks the fence, and writes all or nothing.

Every part reads the snapshot that the statement started with, while `held` returns the lane rows
as they are once locked. When a lane's turn differs between the two, somebody wrote in between: the
snapshot is old, the verdict is `raced`, and the same statement sent again sees what was written.
With equal turns nobody can have changed the lanes' tracking or streams since the snapshot, because
everyone who does holds the lane's row (docs/adr/0006-one-statement.md).
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

from inkoop_kit.arrays import Blobs, Ints, Moments, Texts
from inkoop_kit.batch import Batch
from inkoop_kit.codec import Codec
from inkoop_kit.views import View

_WRITE = """
with want as (
    select * from unnest(%(lanes)s::smallint[], %(counts)s::bigint[]) as w (lane, count)
), held as materialized (
    select lane, turn from lane where lane = any(%(lanes)s::smallint[]) order by lane for update
), position as (
    select * from unnest(%(topics)s::text[], %(at)s::smallint[], %(clusters)s::text[],
        %(expected)s::bigint[], %(next)s::bigint[], %(seen)s::text[])
        as p (topic, lane, cluster, expected, next_offset, seen)
), touched as (
    select * from unnest(%(streams)s::text[], %(stream_lanes)s::smallint[], %(before)s::int[],
        %(after)s::int[], %(shapes)s::smallint[], %(states)s::text[])
        as s (stream, lane, before, after, shape, data)
), stale as (
    select touched.stream from touched left join state using (stream)
    where coalesce(state.version, 0) <> touched.before
), verdict as materialized (
    select case
        when (select count(*) from held) <> (select count(*) from want)
            or exists (select from held join lane using (lane) where held.turn <> lane.turn)
            then 'raced'
        when exists (select from position left join tracking using (topic, lane)
            where tracking.next_offset is distinct from position.expected
               or tracking.cluster is distinct from position.cluster)
            or exists (select from parked where released_at is not null
                and id = any(%(released)s::bigint[] || %(retried)s::bigint[])) then 'offset'
        when exists (select from command where id = any(%(commands)s::text[])) then 'command'
        when exists (select from stale) then 'version'
        else 'written' end as word
), go as (select from verdict where word = 'written'
), moved as (
    update lane set head = lane.head + want.count, turn = lane.turn + 1
    from want where lane.lane = want.lane and exists (select from go)
    returning lane.lane, lane.head - want.count as base
), tracked as (
    update tracking set next_offset = position.next_offset, seen = position.seen::bigint[]
    from position where tracking.topic = position.topic and tracking.lane = position.lane
        and exists (select from go)
), recorded as (
    insert into event
        (lane, sequence, stream, version, type, schema, data, cause, meta, occurred_at)
    select f.lane, moved.base + f.ordinal, f.stream, f.version, f.type, f.schema, f.data, f.cause,
        f.meta, f.occurred_at
    from unnest(%(fact_lanes)s::smallint[], %(ordinals)s::bigint[], %(fact_streams)s::text[],
        %(versions)s::int[], %(types)s::text[], %(schemas)s::smallint[], %(data)s::text[],
        %(causes)s::text[], %(metas)s::text[], %(moments)s::timestamptz[])
        as f (lane, ordinal, stream, version, type, schema, data, cause, meta, occurred_at)
    join moved using (lane)
), kept as (
    insert into state (stream, lane, version, shape, as_of, data)
    select stream, lane, after, shape, after, data from touched
    where data <> '' and exists (select from go)
    on conflict (stream) do update set version = excluded.version,
        shape = excluded.shape, as_of = excluded.as_of, data = excluded.data
), counted as (
    update state set version = touched.after from touched
    where state.stream = touched.stream and touched.data = '' and exists (select from go)
), done as (
    insert into command (id, fingerprint, stream, first, last)
    select c.* from unnest(%(commands)s::text[], %(fingerprints)s::text[],
        %(command_streams)s::text[], %(firsts)s::int[], %(lasts)s::int[]) as c
    where exists (select from go)
), set_aside as (
    insert into parked (lane, topic, "offset", key, reason, detail, headers, value)
    select p.* from unnest(%(parked_lanes)s::smallint[], %(parked_topics)s::text[],
        %(parked_offsets)s::bigint[], %(parked_keys)s::text[], %(parked_reasons)s::text[],
        %(parked_details)s::text[], %(parked_headers)s::text[], %(parked_values)s::bytea[]) as p
    where exists (select from go)
), let_go as (
    update parked set released_at = now()
    where id = any(%(released)s::bigint[]) and exists (select from go)
), again as (
    update parked set release_asked = null,
        attempts = parked.attempts + (parked.id = r.id)::int,
        reason = case parked.id when r.id then r.reason else parked.reason end,
        detail = case parked.id when r.id then r.detail else parked.detail end
    from unnest(%(retried)s::bigint[], %(retry_reasons)s::text[], %(retry_details)s::text[])
        as r (id, reason, detail) join parked as failed using (id)
    where parked.lane = failed.lane and parked.topic = failed.topic and parked.key = failed.key
        and parked.id >= r.id and parked.released_at is null and exists (select from go)
), received as (
    insert into original (sha256, media_type, data)
    select o.* from unnest(%(hashes)s::text[], %(media_types)s::text[], %(blobs)s::bytea[]) as o
    where exists (select from go) on conflict (sha256) do nothing
){views}
select word, (select array_agg(lane order by lane) from moved),
    (select array_agg(base order by lane) from moved), (select array_agg(stream) from stale)
from verdict
"""

_NAME = re.compile(r"%\((\w+)\)s")
_ROWS = """insert into {name} (lane, {columns})
    select lane::smallint, {casts}
    from unnest(%({name}_lane)s::bigint[], {arrays}) as v (lane, {columns})"""


def write_statement(views: Sequence[View[Any, Any]]) -> str:
    """The statement of a service with these views."""
    return _WRITE.replace("{views}", "".join(map(_shown, views)))


def numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with `$n` for its names, for a raw cursor, and the names in that order.

    psycopg takes a statement of this size to pieces at every execution: 0.2 ms.
    """
    names = tuple(dict.fromkeys(_NAME.findall(statement)))
    number = {name: f"${at}" for at, name in enumerate(names, 1)}
    return _NAME.sub(lambda found: number[found[1]], statement).encode(), names


def insert_rows(view: View[Any, Any]) -> str:
    """The statement that puts rows into a view, with the values of `row_values`."""
    names = [column.name for column in view.columns]
    return _ROWS.format(
        name=view.name,
        columns=", ".join(names),
        casts=", ".join(f"{column.name}::{column.type}" for column in view.columns),
        arrays=", ".join(f"%({view.name}_{name})s::text[]" for name in names),
    )


def row_values(
    view: View[Any, Any], rows: Collection[tuple[int, tuple[Any, ...]]]
) -> dict[str, Any]:
    """Rows with their lanes as the arrays of `insert_rows`."""
    values: dict[str, Any] = {f"{view.name}_lane": Ints(lane for lane, _ in rows)}
    for index, column in enumerate(view.columns):
        values[f"{view.name}_{column.name}"] = Texts(as_text(row[index]) for _, row in rows)
    return values


def _shown(view: View[Any, Any]) -> str:
    key = ", ".join(column.name for column in view.columns if column.key)
    changing = ["lane", *(column.name for column in view.columns if not column.key)]
    updates = ", ".join(f"{name} = excluded.{name}" for name in changing)
    return (
        f", {view.name}_shown as ({insert_rows(view)}"
        f" where exists (select from go) on conflict ({key}) do update set {updates})"
    )


def parameters(
    batch: Batch, codecs: dict[str, Codec[Any, Any]], views: Sequence[View[Any, Any]]
) -> dict[str, Any]:
    """The batch as the arrays of the statement that was made with these views."""
    values: dict[str, Any] = {
        "lanes": Ints(batch.lanes),
        "counts": Ints(batch.counts.get(lane, 0) for lane in batch.lanes),
        "released": Ints(batch.released),
    }
    for part in (_positions, _facts, _commands, _parked):
        values.update(part(batch))
    values.update(_states(batch, codecs))
    values.update(_originals(batch))
    for view in views:
        values.update(row_values(view, batch.rows.get(view.name, {}).values()))
    return values


def _positions(batch: Batch) -> dict[str, Any]:
    positions = batch.positions
    return {
        "topics": Texts(p.topic for p in positions),
        "at": Ints(p.lane for p in positions),
        "clusters": Texts(p.cluster for p in positions),
        "expected": Ints(p.expected for p in positions),
        "next": Ints(p.next_offset for p in positions),
        "seen": Texts("{" + ",".join(map(str, p.seen)) + "}" for p in positions),
    }


def _facts(batch: Batch) -> dict[str, Any]:
    facts = batch.facts
    return {
        "fact_lanes": Ints(f.lane for f in facts),
        "ordinals": Ints(f.ordinal for f in facts),
        "fact_streams": Texts(f.stream for f in facts),
        "versions": Ints(f.version for f in facts),
        "types": Texts(f.type for f in facts),
        "schemas": Ints(f.schema for f in facts),
        "data": Texts(f.data for f in facts),
        "causes": Texts(f.cause for f in facts),
        "metas": Texts(f.meta for f in facts),
        "moments": Moments(f.occurred_at for f in facts),
    }


def _states(batch: Batch, codecs: dict[str, Codec[Any, Any]]) -> dict[str, Any]:
    touched = batch.streams.values()
    return {
        "streams": Texts(batch.streams),
        "stream_lanes": Ints(t.lane for t in touched),
        "before": Ints(t.expected for t in touched),
        "after": Ints(t.current.version for t in touched),
        "shapes": Ints(t.kind.shape for t in touched),
        "states": Texts(t.to_keep(codecs[t.kind.name]) for t in touched),
    }


def _commands(batch: Batch) -> dict[str, Any]:
    commands = batch.commands
    return {
        "commands": Texts(c.id for c in commands),
        "fingerprints": Texts(c.fingerprint for c in commands),
        "command_streams": Texts(c.stream for c in commands),
        "firsts": Ints(c.first for c in commands),
        "lasts": Ints(c.last for c in commands),
    }


def _parked(batch: Batch) -> dict[str, Any]:
    parked = batch.parked
    return {
        "parked_lanes": Ints(p.lane for p in parked),
        "parked_topics": Texts(p.topic for p in parked),
        "parked_offsets": Ints(p.offset for p in parked),
        "parked_keys": Texts(p.key for p in parked),
        "parked_reasons": Texts(p.reason for p in parked),
        "parked_details": Texts(p.detail for p in parked),
        "parked_headers": Texts(p.headers for p in parked),
        "parked_values": Blobs(p.value for p in parked),
        "retried": Ints(r[0] for r in batch.retried),
        "retry_reasons": Texts(r[1] for r in batch.retried),
        "retry_details": Texts(r[2] for r in batch.retried),
    }


def _originals(batch: Batch) -> dict[str, Any]:
    originals = batch.originals.values()
    return {
        "hashes": Texts(o.sha256 for o in originals),
        "media_types": Texts(o.media_type for o in originals),
        "blobs": Blobs(o.data for o in originals),
    }


def as_text(value: Any) -> str | None:
    """A value of a view's row as PostgreSQL reads it, also in arrays of text."""
    match value:
        case str():
            return value.replace("\0", "\ufffd")  # PostgreSQL's text has no NUL
        case None:
            return None
        case bool():
            return "t" if value else "f"
        case tuple() | list():
            return "{" + ",".join(_quoted(item) for item in value) + "}"
        case _:
            return str(value)


def _quoted(item: Any) -> str:
    text = str(item).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
