-- The views of the invoicing service; run by its owner role.

-- The supplier ids under which the organisation that asks is known: its own id, its OIN as a
-- supplier id (ISO 6523 scheme 0190), and the KvK number that an OIN of register 00000003 holds.
create function own_supplier_ids() returns text[] language sql stable as $$
    select array[o, '0190:' || o]
        || case when o like '00000003%' then array['0106:' || substr(o, 9, 8)] else '{}' end
    from (select nullif(current_setting('inkoop.organisation', true), '')) as asked (o)
$$;

create table invoices (
    lane integer not null,
    department text not null,
    supplier text not null,
    number text not null,
    kind text not null,
    state text not null,
    codes text[] not null,
    orders text[] not null,
    currency text not null,
    net numeric not null,
    vat numeric not null,
    payable numeric not null,
    issued date not null,
    duplicates integer not null,
    document text not null,
    changed_at timestamptz not null,
    primary key (department, supplier, number)
);
create index invoices_by_number on invoices (number);
create index invoices_by_state on invoices (department, state, supplier, number);
create index invoices_by_lane on invoices (lane);

-- Which invoices an order has, and what matching said of each.
create table invoice_orders (
    lane integer not null,
    department text not null,
    order_number text not null,
    supplier text not null,
    number text not null,
    outcome text,
    codes text[] not null,
    decision text,
    primary key (department, order_number, supplier, number)
);
create index invoice_orders_by_order on invoice_orders (order_number);
create index invoice_orders_by_invoice on invoice_orders (department, supplier, number);
create index invoice_orders_by_lane on invoice_orders (lane);

-- Which invoice a received document belongs to: the one in force, and its duplicates.
create table documents (
    lane integer not null,
    department text not null,
    supplier text not null,
    number text not null,
    sha256 text not null,
    in_force boolean not null,
    primary key (sha256, department, supplier, number)
);
create index documents_by_invoice on documents (department, supplier, number);
create index documents_by_lane on documents (lane);

alter table invoices enable row level security;
alter table invoice_orders enable row level security;
alter table documents enable row level security;
create policy written_by_the_service on invoices to :service using (true) with check (true);
create policy written_by_the_service on invoice_orders to :service using (true) with check (true);
create policy written_by_the_service on documents to :service using (true) with check (true);
create policy seen_by_its_parties on invoices for select to :reader using (
    department = (select current_setting('inkoop.organisation', true))
    or supplier = any ((select own_supplier_ids())::text[])
);
create policy seen_by_its_parties on invoice_orders for select to :reader using (
    department = (select current_setting('inkoop.organisation', true))
    or supplier = any ((select own_supplier_ids())::text[])
);
create policy seen_by_its_parties on documents for select to :reader using (
    department = (select current_setting('inkoop.organisation', true))
    or supplier = any ((select own_supplier_ids())::text[])
);
grant select, insert, update, delete on invoices, invoice_orders, documents to :service;
grant select on invoices, invoice_orders, documents to :reader;
