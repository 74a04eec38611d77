-- Of which invoice a reminder is, and which invoices are settled: what is paid is spoken of no more, whichever of the
-- reminder and the news of the payment comes first.
alter table finance_notice add column invoice_source text;
alter table finance_notice add column invoice_id text;
create index finance_notice_invoice on finance_notice (invoice_source, invoice_id) where invoice_id is not null;
create table settled_invoice (
    source      text        not null,
    invoice_id  text        not null,
    is_settled  boolean     not null,
    at          timestamptz not null,
    primary key (source, invoice_id)
);
