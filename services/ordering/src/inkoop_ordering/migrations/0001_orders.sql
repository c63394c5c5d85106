-- The views of the ordering service; run by its owner role.

-- The supplier ids under which the organisation that asks is known: its own id, its OIN as a
-- supplier id (ISO 6523 scheme 0190), and the KvK number that an OIN of register 00000003 holds.
create function own_supplier_ids() returns text[] language sql stable as $$
    select array[o, '0190:' || o]
        || case when o like '00000003%' then array['0106:' || substr(o, 9, 8)] else '{}' end
    from (select nullif(current_setting('inkoop.organisation', true), '')) as asked (o)
$$;

create table orders (
    lane integer not null,
    department text not null,
    number text not null,
    state text not null,
    supplier text,
    currency text,
    issued date,
    net numeric not null,
    lines integer not null,
    receipts integer not null,
    duplicates integer not null,
    document text,
    changed_at timestamptz not null,
    primary key (department, number)
);
create index orders_by_number on orders (number);
create index orders_by_lane on orders (lane);

alter table orders enable row level security;
create policy written_by_the_service on orders to :service using (true) with check (true);
create policy seen_by_its_parties on orders for select to :reader using (
    department = (select current_setting('inkoop.organisation', true))
    or supplier = any ((select own_supplier_ids())::text[])
);
grant select, insert, update, delete on orders to :service;
grant select on orders to :reader;
