-- Whose number an invoice has that a document names: another system's where `invoice_of` says so.
alter table receivable_adjustment
    add column invoice_of text,
    add column invoice_source text not null generated always as (coalesce(invoice_of, source)) stored;
alter table dispute
    add column invoice_of text,
    add column invoice_source text not null generated always as (coalesce(invoice_of, source)) stored;
alter table payment_promise
    add column invoice_of text,
    add column invoice_source text not null generated always as (coalesce(invoice_of, source)) stored;
-- Those of its invoices, one by one; null where one is of its own source.
alter table later_allocation add column invoice_sources text[];

-- What is applied to an invoice stands with the invoice: `source` is the invoice's. Where a document of another system
-- pays it, `document_of` says whose.
alter table payment_allocation
    add column document_of text,
    add column document_source text not null generated always as (coalesce(document_of, source)) stored;
alter table supplier_allocation
    add column document_of text,
    add column document_source text not null generated always as (coalesce(document_of, source)) stored;

-- Two systems may give their payments one number.
alter table payment_allocation drop constraint payment_allocation_pkey;
alter table payment_allocation
    add primary key (source, invoice_id, kind, payment_id, allocation_id, document_source);
alter table supplier_allocation drop constraint supplier_allocation_pkey;
alter table supplier_allocation add primary key (source, invoice_id, payment_id, document_source);

-- The number first: whoever looks by the source as well, this release or the one before, finds it by these.
drop index payment_allocation_payment;
create index payment_allocation_payment on payment_allocation (payment_id, document_source);
drop index supplier_allocation_payment;
create index supplier_allocation_payment on supplier_allocation (payment_id, document_source);
drop index receivable_adjustment_invoice;
create index receivable_adjustment_invoice on receivable_adjustment (invoice_id, invoice_source);
drop index dispute_open;
create index dispute_open on dispute (invoice_id, invoice_source) where resolved_at is null;
drop index payment_promise_invoice;
create index payment_promise_invoice on payment_promise (invoice_id, invoice_source);
