-- Where the order is counted: the counts are taken back from there, wherever the order stands by then.
alter table delivery add counted_customer text;
alter table delivery add counted_branch text;
alter table delivery add counted_line text;
-- The highest revision at which the order was cancelled; it is cancelled until a higher revision takes it up again.
alter table delivery add cancelled_revision integer not null default 0;
-- Until now a cancellation left no revision: it is taken as one of the revision that is known.
update delivery set cancelled_revision = greatest(order_revision, 1) where is_cancelled;
update delivery set counted_day = null, counted_late = null, counted_damaged = null, counted_short = null
where is_cancelled and counted_day is not null;

-- The counts were taken from the wrong place when an order moved, and hold cancelled orders: they are made anew.
truncate performance;
insert into performance (source, customer_code, branch, business_line, day, completed, late, damaged, short)
select source, customer_code, branch, business_line, counted_day, count(*), count(*) filter (where counted_late),
    count(*) filter (where counted_damaged), count(*) filter (where counted_short)
from delivery where counted_day is not null group by 1, 2, 3, 4, 5;
