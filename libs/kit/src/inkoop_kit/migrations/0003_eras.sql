-- The eras that operators raised after a restore to an earlier moment (docs/adr/0016-eras.md):
-- each lane's head goes on at number * 2^40; `heads` are those of lanes 0 to 23 before.
create table era (
    number bigint primary key,
    heads bigint[] not null,
    raised_at timestamptz not null default now(),
    raised_by text not null
);

-- What was on the topics and not in the store when the era was raised, in the order of its time.
-- A fact of ours that says the same again stands in restored_as, and is not told a second time.
create table gap (
    era bigint not null references era,
    ordinal integer not null,
    lane smallint not null,
    sequence bigint not null,
    topic text not null,
    partition smallint not null,
    type text not null,
    key text not null,
    recorded_at timestamptz not null,
    digest bytea not null,
    restored_as text,
    primary key (era, ordinal)
);

grant select, insert on era to :service;
grant select, insert, update on gap to :service;
