-- Marks, one statement for a whole batch. A reminder that is told, or an invoice that is paid, marks through the payment.
create or replace function mark_new_document() returns trigger language plpgsql as $$
begin
    case tg_table_name
    when 'receivable' then
        insert into view_mark (kind, source, id) select 0, source, invoice_id from rows where amount is not null;
    when 'customer_payment' then
        insert into view_mark (kind, source, id) select 1, source, payment_id from rows;
    when 'supplier_invoice' then
        insert into view_mark (kind, source, id) select 2, source, invoice_id from rows where amount is not null;
    when 'supplier_payment' then
        insert into view_mark (kind, source, id) select 3, source, payment_id from rows;
    when 'expense' then
        insert into view_mark (kind, source, id) select 5, source, expense_id from rows where state = 2;
    end case;
    return null;
end $$;
