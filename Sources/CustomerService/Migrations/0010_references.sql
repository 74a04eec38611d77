-- Whose codes and numbers complaints and agreements name: another system's where `customer_of` and `order_of` say so.
alter table complaint_replica
    add column customer_of text,
    add column customer_source text not null generated always as (coalesce(customer_of, source)) stored,
    add column order_of text;
alter table agreement_replica
    add column customer_of text,
    add column customer_source text not null generated always as (coalesce(customer_of, source)) stored;

-- The code first: whoever looks by the source as well, this release or the one before, finds it by these.
drop index complaint_replica_code;
create index complaint_replica_code on complaint_replica (code, customer_source);
drop index agreement_replica_code;
create index agreement_replica_code on agreement_replica (code, customer_source);
