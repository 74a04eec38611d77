-- Whose code a supplier has: another system's where `supplier_of` says so.
alter table cost
    add column supplier_of text,
    add column supplier_source text not null generated always as (coalesce(supplier_of, source)) stored;
alter table supplier_invoice
    add column supplier_of text,
    add column supplier_source text not null generated always as (coalesce(supplier_of, source)) stored;
alter table supplier_payment
    add column supplier_of text,
    add column supplier_source text not null generated always as (coalesce(supplier_of, source)) stored;
