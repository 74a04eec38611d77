-- The quotes that orders have named, and as what their margins were told last: NULL while none was. Orders without one have no row.
create table quoted_order (
    source     text         not null,
    order_id   text         not null,
    quote_id   text         not null,
    placed_on  date         not null,
    told       bigint,
    told_at    timestamptz,
    primary key (source, order_id)
);
create index quoted_order_placed on quoted_order (placed_on);
