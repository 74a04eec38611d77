-- Counts the decisions of an order's revision; the highest holds.
alter table orders add column decision_number integer not null default 1;
-- What waits for somebody's approval.
create index orders_waiting on orders (placed_at) where decision = 'needs-approval';
