-- What a peer keeps, in a schema of its own (psql variable: schema). The same in spirit as finance's tables: an inbox by
-- (source, id), an order by (source, number), an outbox whose unsent rows are found by an index of their own. A peer has
-- no sums by customer and day, no exposure and no table of alerts, which finance writes in the same transaction.
drop schema if exists :"schema" cascade;
create schema :"schema";
set search_path = :"schema";

create table inbox (
    source      text         not null,
    message_id  text         not null,
    type        text         not null,
    handled_at  timestamptz  not null default now(),
    primary key (source, message_id)
);

create table orders (
    source         text           not null,
    order_id       text           not null,
    revision       integer        not null,
    customer_code  text           not null,
    business_line  text           not null,
    branch         text           not null,
    sales_owner    text,
    placed_at      timestamptz    not null,
    currency       text           not null,
    lines          text           not null,
    revenue        numeric(24,4)  not null,
    cost           numeric(24,4)  not null,
    severity       text,
    decision       text           not null,
    primary key (source, order_id)
);

-- The key is the message's identifier, made by whoever writes the row and growing with time.
create table outbox (
    id           uuid         primary key,
    routing_key  text         not null,
    order_id     text         not null,
    body         text         not null,
    recorded_at  timestamptz  not null default now(),
    sent_at      timestamptz
);
create index outbox_unsent on outbox (id) where sent_at is null;
