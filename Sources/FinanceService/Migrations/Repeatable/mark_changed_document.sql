create or replace function mark_changed_document() returns trigger language plpgsql as $$
begin
    case tg_table_name
    when 'receivable' then
        insert into view_mark (kind, source, id) select 0, n.source, n.invoice_id
        from new_rows n join old_rows o using (source, invoice_id)
        where n.amount is distinct from o.amount or n.due_day is distinct from o.due_day;
    when 'supplier_invoice' then
        insert into view_mark (kind, source, id) select 2, n.source, n.invoice_id
        from new_rows n join old_rows o using (source, invoice_id)
        where n.amount is distinct from o.amount or n.due_day is distinct from o.due_day;
    when 'supplier_payment' then
        insert into view_mark (kind, source, id) select 3, n.source, n.payment_id
        from new_rows n join old_rows o using (source, payment_id) where n.set_aside is distinct from o.set_aside;
    when 'expense' then
        insert into view_mark (kind, source, id) select 5, n.source, n.expense_id
        from new_rows n join old_rows o using (source, expense_id)
        where (n.state = 2 or o.state = 2) and (n.state, n.branch, n.day, n.amount, n.currency)
            is distinct from (o.state, o.branch, o.day, o.amount, o.currency);
    end case;
    return null;
end $$;
