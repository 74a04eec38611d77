-- Whose code an agreement names: another system's where `customer_of` says so.
alter table agreement
    add column customer_of text,
    add column customer_source text not null generated always as (coalesce(customer_of, source)) stored;

-- The code first: whoever looks by the source as well, this release or the one before, finds it by this.
drop index agreement_customer;
create index agreement_customer on agreement (customer_code, customer_source);
