-- Marks, one statement for a whole batch. A reminder that is told, or an invoice that is paid, marks through the payment.
create function mark_new_document() returns trigger language plpgsql as $$
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
create function mark_changed_document() returns trigger language plpgsql as $$
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
create function mark_application() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'payment_allocation' then
        insert into view_mark (kind, source, id)
        select 0, source, invoice_id from rows union select 1, source, payment_id from rows where kind = 'payment';
    else
        insert into view_mark (kind, source, id)
        select 2, source, invoice_id from rows union select 3, source, payment_id from rows;
    end if;
    return null;
end $$;
create trigger mark_new after insert on receivable referencing new table as rows
    for each statement execute function mark_new_document();
create trigger mark_gone after delete on receivable referencing old table as rows
    for each statement execute function mark_new_document();
create trigger mark_changed after update on receivable referencing old table as old_rows new table as new_rows
    for each statement execute function mark_changed_document();
create trigger mark_new after insert on customer_payment referencing new table as rows
    for each statement execute function mark_new_document();
create trigger mark_gone after delete on customer_payment referencing old table as rows
    for each statement execute function mark_new_document();
create trigger mark_new after insert on supplier_invoice referencing new table as rows
    for each statement execute function mark_new_document();
create trigger mark_changed after update on supplier_invoice referencing old table as old_rows new table as new_rows
    for each statement execute function mark_changed_document();
create trigger mark_new after insert on supplier_payment referencing new table as rows
    for each statement execute function mark_new_document();
create trigger mark_changed after update on supplier_payment referencing old table as old_rows new table as new_rows
    for each statement execute function mark_changed_document();
create trigger mark_new after insert on expense referencing new table as rows
    for each statement execute function mark_new_document();
create trigger mark_changed after update on expense referencing old table as old_rows new table as new_rows
    for each statement execute function mark_changed_document();
create trigger mark_applied after update on payment_allocation referencing new table as rows
    for each statement execute function mark_application();
create trigger mark_unapplied after delete on payment_allocation referencing old table as rows
    for each statement execute function mark_application();
create trigger mark_applied after update on supplier_allocation referencing new table as rows
    for each statement execute function mark_application();
create trigger mark_unapplied after delete on supplier_allocation referencing old table as rows
    for each statement execute function mark_application();

-- What stands in the books already.
insert into view_order_day (basis, branch, business_line, day, currency, orders, revenue, known_revenue, cost, reserved)
select 0, branch, business_line, day, currency, count(*) filter (where is_counted),
    coalesce(sum(earned) filter (where is_counted), 0), coalesce(sum(known_revenue) filter (where is_counted), 0),
    coalesce(sum(cost) filter (where is_counted), 0), sum(reserved)
from orders where customer_code <> '' group by 2, 3, 4, 5;
insert into view_order_day (basis, branch, business_line, day, currency, orders, revenue, known_revenue, cost, reserved)
select 1, coalesce(branch, '-'), coalesce(business_line, '-'), moved.day, currency, 0, sum(sign * revenue),
    sum(sign * revenue), sum(sign * cost), 0
from late_posting cross join lateral (values (original_day, -1), (posting_day, 1)) as moved(day, sign)
where kind in ('order', 'cost') group by 2, 3, 4, 5;
insert into view_mark (kind, source, id) select 0, source, invoice_id from receivable where amount is not null;
insert into view_mark (kind, source, id) select 1, source, payment_id from customer_payment;
insert into view_mark (kind, source, id) select 2, source, invoice_id from supplier_invoice where amount is not null;
insert into view_mark (kind, source, id) select 3, source, payment_id from supplier_payment;
insert into view_mark (kind, source, id) select 5, source, expense_id from expense where state = 2;
