-- The exposure follows every change of an invoice, a payment or what of it is applied, whoever makes it.
create or replace function add_exposure(sources text[], codes text[], currencies text[], receivables numeric[], cash numeric[])
returns void language sql as $$
    insert into account_exposure as e (source, customer_code, currency, receivable, deposits)
    select source, code, currency, sum(receivable), sum(cash)
    from unnest(sources, codes, currencies, receivables, cash) as t(source, code, currency, receivable, cash)
    where code is not null
    group by source, code, currency having sum(receivable) <> 0 or sum(cash) <> 0
    order by source, code, currency
    on conflict (source, customer_code, currency) do update set
        receivable = e.receivable + excluded.receivable, deposits = e.deposits + excluded.deposits
$$;
