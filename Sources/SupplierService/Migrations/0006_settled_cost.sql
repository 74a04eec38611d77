-- Whose order is meant by costs that named one which nobody had sent, as finance was told. A cost may come after that, and again.
create table settled_cost (
    source    text not null,
    cost_id   text not null,
    order_id  text not null,
    said      text not null,
    meant     text not null,
    primary key (source, cost_id)
);
