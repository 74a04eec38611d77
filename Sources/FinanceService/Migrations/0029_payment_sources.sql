-- Whose number a payment has that goes back, or of which something is allocated later: another system's where `payment_of` says
-- so. Since when each is there, for the age of what waits.
alter table payment_return
    add column payment_of text,
    add column payment_source text not null generated always as (coalesce(payment_of, source)) stored,
    add column came_at timestamptz not null default now();
alter table later_allocation
    add column payment_of text,
    add column payment_source text not null generated always as (coalesce(payment_of, source)) stored,
    add column came_at timestamptz not null default now();

-- The number first: whoever looks by the source as well, this release or the one before, finds it by these.
drop index payment_return_payment;
create index payment_return_payment on payment_return (payment_id, payment_source);
drop index later_allocation_payment;
create index later_allocation_payment on later_allocation (payment_id, payment_source);

-- Two systems may give their allocations of one payment one number. Of what is taken back it says whose the payment is.
alter table payment_allocation
    add column allocation_of text,
    add column allocation_source text not null
        generated always as (coalesce(allocation_of, document_of, source)) stored;
alter table payment_allocation drop constraint payment_allocation_pkey;
alter table payment_allocation
    add primary key (source, invoice_id, kind, payment_id, allocation_id, document_source, allocation_source);
