-- Which decision of its revision an order has; the highest holds.
alter table orders add column decided_number integer not null default 1;
