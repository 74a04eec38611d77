create or replace function expose_payment() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        perform add_exposure(array_agg(customer_source), array_agg(customer_code), array_agg(currency),
            array_agg(0::numeric), array_agg(amount)) from rows having count(*) > 0;
    else
        perform add_exposure(array_agg(customer_source), array_agg(customer_code), array_agg(currency),
            array_agg(0::numeric), array_agg(-amount)) from rows having count(*) > 0;
    end if;
    return null;
end $$;
