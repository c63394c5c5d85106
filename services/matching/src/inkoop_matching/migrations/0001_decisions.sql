-- The views of the matching service; run by its owner role.
-- Only departments read them: findings name the limits of their policies, which would tell a
-- supplier how far it can go. What a supplier may know, invoicing tells it.

create table cases (
    lane integer not null,
    department text not null,
    order_number text not null,
    known boolean not null,
    strange_lines text[] not null,
    primary key (department, order_number)
);
create index cases_by_number on cases (order_number);
create index cases_by_lane on cases (lane);

create table decisions (
    lane integer not null,
    department text not null,
    order_number text not null,
    supplier text not null,
    invoice text not null,
    outcome text not null,
    codes text[] not null,
    decision text not null,
    policy text not null,
    findings jsonb not null,
    since timestamptz not null,
    primary key (department, order_number, supplier, invoice)
);
create index decisions_by_invoice on decisions (invoice);
create index decisions_by_lane on decisions (lane);
-- What is open is little, and what people look for; the rest is found by its key.
create index decisions_open on decisions (department, outcome, order_number, supplier, invoice)
    where outcome in ('held', 'waiting');

alter table cases enable row level security;
alter table decisions enable row level security;
create policy written_by_the_service on cases to :service using (true) with check (true);
create policy written_by_the_service on decisions to :service using (true) with check (true);
create policy seen_by_its_department on cases for select to :reader using (
    department = (select current_setting('inkoop.organisation', true))
);
create policy seen_by_its_department on decisions for select to :reader using (
    department = (select current_setting('inkoop.organisation', true))
);
grant select, insert, update, delete on cases, decisions to :service;
grant select on cases, decisions to :reader;
