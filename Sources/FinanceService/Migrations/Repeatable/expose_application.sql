create or replace function expose_application() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        perform add_exposure(array_agg(p.customer_source), array_agg(p.customer_code), array_agg(p.currency),
            array_agg(0::numeric), array_agg(o.applied - n.applied))
        from new_rows n
        join old_rows o using (source, invoice_id, kind, payment_id, allocation_id, document_source, allocation_source)
        join customer_payment p on p.source = n.document_source and p.payment_id = n.payment_id and p.kind = n.kind
        where n.applied <> o.applied having count(*) > 0;
    else
        perform add_exposure(array_agg(p.customer_source), array_agg(p.customer_code), array_agg(p.currency),
            array_agg(0::numeric), array_agg(o.applied))
        from old_rows o
        join customer_payment p on p.source = o.document_source and p.payment_id = o.payment_id and p.kind = o.kind
        where o.applied <> 0 having count(*) > 0;
    end if;
    return null;
end $$;
