-- What is open by its due day follows an invoice that is dated anew: taken from where it stood, added where it stands.
create or replace function expose_changed_receivable() returns trigger language plpgsql as $$
begin
    perform add_exposure(array_agg(n.customer_source), array_agg(n.customer_code), array_agg(n.currency),
        array_agg(n.amount - n.paid - coalesce(o.amount - o.paid, 0)), array_agg(0::numeric))
    from new_rows n join old_rows o using (source, invoice_id)
    where n.amount is not null and n.amount - n.paid is distinct from o.amount - o.paid having count(*) > 0;
    insert into open_item_day as d (source, issued_day, due_day, currency, items, amount)
    select source, issued_day, due_day, currency, sum(items), sum(amount)
    from (
        select n.source, n.issued_day, n.due_day, n.currency, (n.settled_day is null)::integer as items,
            n.amount - n.paid as amount
        from new_rows n join old_rows o using (source, invoice_id)
        where n.amount is not null and (o.amount is null or n.settled_day is distinct from o.settled_day
            or n.paid <> o.paid or n.due_day <> o.due_day)
        union all
        select o.source, o.issued_day, o.due_day, o.currency, -(o.settled_day is null)::integer, o.paid - o.amount
        from new_rows n join old_rows o using (source, invoice_id)
        where o.amount is not null and (n.settled_day is distinct from o.settled_day or n.paid <> o.paid
            or n.due_day <> o.due_day)
    ) moved
    group by source, issued_day, due_day, currency having sum(items) <> 0 or sum(amount) <> 0
    order by source, issued_day, due_day, currency
    on conflict (source, issued_day, due_day, currency) do update set
        items = d.items + excluded.items, amount = d.amount + excluded.amount;
    return null;
end $$;
