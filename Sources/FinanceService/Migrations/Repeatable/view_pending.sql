-- The documents whose entries are to be worked out anew.
create or replace function view_pending(most integer)
returns table (kind smallint, source text, id text) language sql stable as $$
    select m.kind, m.source, m.id from (select * from view_mark where kind <> 4 order by seq limit most) m
    union
    select 0::smallint, r.source, r.invoice_id
    from view_mark m cross join lateral (
        select r.source, r.invoice_id from receivable r
        where r.order_source = m.source and r.order_ids[1] = m.id and r.amount is not null offset 0
    ) r
    where m.kind = 4
    union
    select 2::smallint, s.source, s.invoice_id
    from view_mark m cross join lateral (
        select s.source, s.invoice_id from supplier_invoice s
        where s.order_source = m.source and s.order_ids[1] = m.id and s.amount is not null offset 0
    ) s
    where m.kind = 4
$$;
