-- Whose order is meant by completions of one that nobody had sent, as finance was told. A completion may come after that, and
-- again.
create table settled_order (
    source    text not null,
    order_id  text not null,
    meant     text not null,
    primary key (source, order_id)
);
