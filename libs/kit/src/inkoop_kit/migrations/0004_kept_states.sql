-- A large state is not written with every batch: `data` is the state as of this version, and who
-- loads it replays the facts since. Without a default on purpose: a replica of before this, which
-- knows nothing of it, can write no state any more, where it would else spoil one.
alter table state add column as_of integer;
update state set as_of = version;
alter table state alter column as_of set not null;
