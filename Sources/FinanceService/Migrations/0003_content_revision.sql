-- A cancellation carries a revision and no content. Which revision the content is of must be known apart, or a change
-- that comes after the cancellation of a later revision would be taken for old, and what a cancelled order holds would
-- follow from the order of arrival.
alter table orders add column content_revision integer;
update orders set content_revision = revision where customer_code <> '';

-- An order is asked for by its number alone as well.
create index orders_order on orders (order_id);
