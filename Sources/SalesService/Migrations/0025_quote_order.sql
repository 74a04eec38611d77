-- Orders that name the quotes by which they were placed, as they stood against them when they came. Other orders have no row.
create table quote_order (
    source          text         not null,
    order_id        text         not null,
    revision        integer      not null,
    quote_id        text         not null,
    -- The revision of the quote that held; NULL when there was no such quote.
    quote_revision  integer,
    finding         text         not null,
    detail          text,
    customer_code   text         not null,
    branch          text         not null,
    owner           text,
    business_line   text         not null,
    currency        text         not null,
    amount          numeric(24,4) not null,
    placed_at       timestamptz  not null,
    primary key (source, order_id)
);
create index quote_order_placed on quote_order (placed_at desc, source, order_id);
create index quote_order_quote on quote_order (quote_id);

-- Their lines, with what the quote says of as much of the same: NULL where it says nothing.
create table quote_order_line (
    source       text           not null,
    order_id     text           not null,
    line         integer        not null,
    item         text           not null,
    unit         text           not null,
    quantity     numeric(24,4)  not null,
    revenue      numeric(24,4)  not null,
    quoted       numeric(24,4),
    quoted_cost  numeric(24,4),
    finding      text,
    primary key (source, order_id, line)
);

-- What they have come to in the end, as finance tells it; it may come before the order.
create table quote_margin (
    source        text         not null,
    order_id      text         not null,
    currency      text         not null,
    completeness  numeric(24,4),
    settled_at    timestamptz  not null,
    primary key (source, order_id)
);
create index quote_margin_settled on quote_margin (settled_at desc, source, order_id);
create table quote_margin_line (
    source     text           not null,
    order_id   text           not null,
    line       integer        not null,
    revenue    numeric(24,4)  not null,
    cost       numeric(24,4),
    is_actual  boolean        not null,
    primary key (source, order_id, line)
);
