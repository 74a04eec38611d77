-- Whose number the order of a cost has: another system's where `order_of` says so.
alter table cost_fact
    add column order_of text,
    add column order_source text not null generated always as (coalesce(order_of, source)) stored;
