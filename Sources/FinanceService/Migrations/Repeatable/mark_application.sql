create or replace function mark_application() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'payment_allocation' then
        insert into view_mark (kind, source, id)
        select 0, source, invoice_id from rows
        union select 1, document_source, payment_id from rows where kind in ('payment', 'credit-note', 'return');
    else
        insert into view_mark (kind, source, id)
        select 2, source, invoice_id from rows
        union select 3, document_source, payment_id from rows where payment_id <> '';
    end if;
    return null;
end $$;
