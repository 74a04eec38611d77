create table supplier_account (
    source       text        not null,
    code         text        not null,
    supplier_id  text        not null,
    name         text,
    revision     integer     not null,
    seen_at      timestamptz not null,
    primary key (source, code)
);

-- What each line of an order is: a cost names only order and line.
create table order_line (
    source        text    not null,
    order_id      text    not null,
    line          integer not null,
    service_item  text    not null,
    revision      integer not null,
    primary key (source, order_id, line)
);

-- A cost in each state it has reached; the states are facts, whatever order they arrive in.
create table cost_fact (
    source         text          not null,
    cost_id        text          not null,
    state          text          not null,
    order_id       text          not null,
    line           integer       not null,
    supplier_code  text          not null,
    amount         numeric(19,4) not null,
    currency       text          not null,
    service_day    date          not null,
    primary key (source, cost_id, state)
);
create index cost_fact_supplier on cost_fact (source, supplier_code);
create index cost_fact_order on cost_fact (source, order_id);

create table bias (
    supplier_id   text          not null,
    service_item  text          not null,
    stage         text          not null,
    ratio         numeric(19,4) not null,
    observations  integer       not null,
    as_of         timestamptz   not null,
    primary key (supplier_id, service_item, stage)
);

-- Suppliers with new facts since the last evaluation.
create table bias_due (supplier_id text primary key);
