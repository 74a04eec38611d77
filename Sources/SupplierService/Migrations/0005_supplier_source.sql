-- Whose code the supplier of a cost has: another system's where `supplier_of` says so.
alter table cost_fact
    add column supplier_of text,
    add column supplier_source text not null generated always as (coalesce(supplier_of, source)) stored;

-- The code first: whoever looks by the source as well, this release or the one before, finds it by this.
drop index cost_fact_supplier;
create index cost_fact_supplier on cost_fact (supplier_code, supplier_source);
