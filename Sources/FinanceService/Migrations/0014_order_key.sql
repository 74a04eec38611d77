-- One index finds an order by its number alone as well as by number and source: of every order that is written, a
-- quarter of the work on indexes falls away. Whoever reads or writes orders waits while it is built, some seconds for each
-- million: the table is locked at once, because who came to it in two steps would meet a running copy half-way.
lock table orders in access exclusive mode;
create unique index orders_key on orders (order_id, source);
alter table orders drop constraint orders_pkey;
alter table orders add constraint orders_pkey primary key using index orders_key;
drop index orders_order;
