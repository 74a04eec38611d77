-- The exposure is the customer's own account's, whoever has written the invoice.
create or replace function expose_new_receivable() returns trigger language plpgsql as $$
begin
    perform add_exposure(array_agg(customer_source), array_agg(customer_code), array_agg(currency),
        array_agg(amount - paid), array_agg(0::numeric))
    from new_rows where amount is not null having count(*) > 0;
    insert into open_item_day as d (source, issued_day, due_day, currency, items, amount)
    select source, issued_day, due_day, currency, count(*), sum(amount - paid) from new_rows
    where amount is not null and settled_day is null
    group by source, issued_day, due_day, currency order by source, issued_day, due_day, currency
    on conflict (source, issued_day, due_day, currency) do update set
        items = d.items + excluded.items, amount = d.amount + excluded.amount;
    return null;
end $$;
