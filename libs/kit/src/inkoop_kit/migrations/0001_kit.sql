-- The tables of the kit, in the schema of a service; run by its owner role.
-- `migrate` puts the service's role for :service and its reader role for :reader.

-- A lane is a partition number: its head gives positions in commit order, its turn says whether
-- anybody wrote in the lane between a statement's snapshot and its lock.
create table lane (
    lane smallint primary key,
    head bigint not null default 0,
    turn bigint not null default 0
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
insert into lane (lane) select n from generate_series(0, 23) as n;

-- The true position of the consumer, and the highest sequence seen of each lane of the publisher.
create table tracking (
    topic text not null,
    lane smallint not null references lane,
    cluster text not null,
    next_offset bigint not null,
    seen bigint[] not null,
    primary key (topic, lane)
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- The facts, and the outbox.
create table event (
    lane smallint not null,
    sequence bigint not null,
    stream text collate "C" not null,
    version integer not null,
    type text not null,
    schema smallint not null,
    data text not null,
    cause text not null,
    meta text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    primary key (stream, version),
    unique (lane, sequence)
);

-- The current state of each stream, written with its facts.
create table state (
    stream text collate "C" primary key,
    lane smallint not null,
    version integer not null,
    shape smallint not null,
    data text not null
) with (fillfactor = 70);

-- The commands that were carried out: a repeated one gets the facts of the first for an answer.
create table command (
    id text collate "C" primary key,
    fingerprint text not null,
    stream text collate "C" not null,
    first integer not null,
    last integer not null,
    recorded_at timestamptz not null default now()
);

-- Messages that could not be decoded or decided, and those that came behind them for one key.
create table parked (
    id bigint generated always as identity primary key,
    lane smallint not null,
    topic text not null,
    "offset" bigint not null,
    key text not null,
    reason text not null,
    detail text not null,
    headers text not null,
    value bytea not null,
    attempts integer not null default 1,
    parked_at timestamptz not null default now(),
    release_asked timestamptz,
    released_at timestamptz
);
create index parked_waiting on parked (lane, id) where released_at is null;

-- Bytes as they were received, for ever.
create table original (
    sha256 text collate "C" primary key,
    media_type text not null,
    data bytea not null,
    received_at timestamptz not null default now()
);

-- How far each lane was sent to Kafka.
create table relay_position (
    lane smallint primary key references lane,
    sequence bigint not null default 0
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
insert into relay_position (lane) select n from generate_series(0, 23) as n;

grant select, update on lane, relay_position to :service;
grant select, insert, update on tracking, state to :service;
grant select, insert on event, command, original to :service;
grant select, insert, update on parked to :service;
