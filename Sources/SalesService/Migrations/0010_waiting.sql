-- Since when what an agreement, or a decision on an order, names has been waited for.
alter table agreement add column came_at timestamptz not null default now();
alter table orders add column named_at timestamptz not null default now();
