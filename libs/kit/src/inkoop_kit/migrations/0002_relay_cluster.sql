-- To which Kafka a lane was sent: a new one has nothing, and is told everything again.
-- Empty: sent before this column was there, to the Kafka that is there now.
alter table relay_position add column cluster text not null default '';
