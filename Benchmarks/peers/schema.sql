-- The finance slice as each peer keeps it: inbox, orders, alerts, outbox. Run with search_path set to the peer's schema.
create table inbox (
    source text not null,
    message_id text not null,
    handled_at timestamptz not null default now(),
    primary key (source, message_id)
);
create table orders (
    source text not null,
    order_id text not null,
    revision integer not null,
    customer text not null,
    branch text not null,
    business_line text not null,
    currency text not null,
    placed_at timestamptz not null,
    revenue numeric(19, 4) not null,
    cost numeric(19, 4) not null,
    decision text not null,
    primary key (source, order_id)
);
create table alert (
    source text not null,
    order_id text not null,
    severity text not null,
    primary key (source, order_id)
);
create table outbox (
    id bigint generated always as identity primary key,
    message_id text not null,
    type text not null,
    body text not null
);
