-- Whose an order is and where, by its last revision: who sees the order sees what it costs. An order that names nobody is of who looks
-- after the account. Of an order that was told before this was kept it is not known, until it is told again: till then it is seen
-- with the whole group.
create table order_home (
    source         text     not null,
    order_id       text     not null,
    revision       integer  not null,
    customer_code  text     not null,
    sales_owner    text,
    branch         text     not null,
    day            date     not null,
    primary key (source, order_id)
);
