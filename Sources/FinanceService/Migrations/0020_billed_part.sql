-- How much of an order invoices have taken over from it. Null with `is_billed`: it was invoiced before this was told, and
-- counts as invoiced whole.
alter table orders add column billed numeric(24,4);
create index receivable_orders on receivable using gin (order_ids) where amount is not null;

-- What credit notes take from the revenue of an order, and why each was issued.
alter table orders add column credited numeric(24,4) not null default 0;
alter table receivable_adjustment add column cause text;
