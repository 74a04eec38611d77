-- Whose numbers a complaint names: another system's where `customer_of` and `order_of` say so.
alter table complaint
    add column customer_of text,
    add column customer_source text not null generated always as (coalesce(customer_of, source)) stored,
    add column order_of text;
