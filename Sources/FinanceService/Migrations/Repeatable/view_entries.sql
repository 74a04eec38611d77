create or replace function view_entries(kinds smallint[], sources text[], ids text[])
returns table (kind smallint, source text, id text, metric text, branch text, business_line text, day date, due_day date,
    currency text, amount numeric, as_of timestamptz, event text, event_id text, customer text)
language sql stable as $$
    with k as (
        select t.kind, t.source, t.id from unnest(kinds, sources, ids) as t(kind, source, id)
    ), r as (
        select r.source, r.invoice_id, r.customer_code, r.issued_day, r.issued_at, r.due_day, r.currency, r.amount,
            coalesce(o.branch, '-') as branch, coalesce(o.business_line, '-') as business_line
        from k join receivable r on r.source = k.source and r.invoice_id = k.id
        left join orders o on o.source = r.order_source and o.order_id = r.order_ids[1] and o.customer_code <> ''
        where k.kind = 0 and r.amount is not null
    ), p as (
        select p.source, p.payment_id, p.kind, p.customer_code, p.received_day, p.received_at, p.currency, p.amount,
            case p.kind when 'credit-note' then 'credit-note.issued' when 'return' then 'payment.returned'
                else 'payment.received' end as event
        from k join customer_payment p on p.source = k.source and p.payment_id = k.id where k.kind = 1
    ), s as (
        select s.source, s.invoice_id, s.supplier_code, s.issued_day, s.issued_at, s.due_day, s.currency, s.amount,
            coalesce(o.branch, '-') as branch, coalesce(o.business_line, '-') as business_line
        from k join supplier_invoice s on s.source = k.source and s.invoice_id = k.id
        left join orders o on o.source = s.order_source and o.order_id = s.order_ids[1] and o.customer_code <> ''
        where k.kind = 2 and s.amount is not null
    ), q as (
        select q.source, q.payment_id, q.supplier_code, q.paid_day, q.paid_at, q.currency, q.amount
        from k join supplier_payment q on q.source = k.source and q.payment_id = k.id
        where k.kind = 3 and q.set_aside is null
    ), x as (
        select x.* from k join expense x on x.source = k.source and x.expense_id = k.id where k.kind = 5 and x.state = 2
    )
    select 0::smallint, source, invoice_id, 'receivable', branch, business_line, issued_day, due_day, currency, amount,
        issued_at, 'invoice.issued', invoice_id, customer_code
    from r
    union all
    select 0::smallint, r.source, r.invoice_id, 'receivable', r.branch, r.business_line,
        greatest(a.received_day, r.issued_day), r.due_day, r.currency, -a.applied, a.received_at,
        case a.kind when 'payment' then 'payment.received' when 'credit-note' then 'credit-note.issued'
            when 'return' then 'payment.returned' else a.kind end, a.payment_id, r.customer_code
    from r join payment_allocation a using (source, invoice_id) where a.applied <> 0
    union all
    select 0::smallint, r.source, r.invoice_id, 'cash-in', r.branch, r.business_line, p.received_day, p.received_day,
        r.currency, a.applied, p.received_at,
        case a.kind when 'return' then 'payment.returned' else 'payment.received' end, a.payment_id, r.customer_code
    from r join payment_allocation a using (source, invoice_id)
    join customer_payment p on p.source = a.document_source and p.payment_id = a.payment_id and p.kind = a.kind
    where a.applied <> 0 and a.kind in ('payment', 'return')
    union all
    select 1::smallint, p.source, p.payment_id, 'cash-in', '-', '-', p.received_day, p.received_day, p.currency,
        p.amount - coalesce((select sum(a.applied) from payment_allocation a
            where a.document_source = p.source and a.payment_id = p.payment_id and a.kind = p.kind), 0),
        p.received_at, p.event, p.payment_id, p.customer_code
    from p where p.kind in ('payment', 'return')
    union all
    select 1::smallint, source, payment_id, 'deposit', '-', '-', received_day, received_day, currency, amount,
        received_at, event, payment_id, customer_code
    from p
    union all
    select 1::smallint, p.source, p.payment_id, 'deposit', '-', '-', greatest(a.received_day, r.issued_day),
        greatest(a.received_day, r.issued_day), p.currency, -a.applied, a.received_at, p.event, p.payment_id,
        p.customer_code
    from p
    join payment_allocation a on a.document_source = p.source and a.payment_id = p.payment_id and a.kind = p.kind
    join receivable r on r.source = a.source and r.invoice_id = a.invoice_id
    where a.applied <> 0
    union all
    select 2::smallint, source, invoice_id, 'payable', branch, business_line, issued_day, due_day, currency, amount,
        issued_at, 'supplier-invoice.received', invoice_id, supplier_code
    from s
    union all
    select 2::smallint, s.source, s.invoice_id, 'payable', s.branch, s.business_line,
        greatest(a.paid_day, s.issued_day), s.due_day, s.currency, -a.applied, a.paid_at,
        case a.payment_id when '' then 'rounding' else 'supplier-payment.made' end, a.payment_id, s.supplier_code
    from s join supplier_allocation a using (source, invoice_id) where a.applied > 0
    union all
    select 2::smallint, s.source, s.invoice_id, 'cash-out', s.branch, s.business_line, a.paid_day, a.paid_day,
        s.currency, a.applied, a.paid_at, 'supplier-payment.made', a.payment_id, s.supplier_code
    from s join supplier_allocation a using (source, invoice_id) where a.applied > 0 and a.payment_id <> ''
    union all
    select 3::smallint, q.source, q.payment_id, 'cash-out', '-', '-', q.paid_day, q.paid_day, q.currency,
        q.amount - coalesce((select sum(a.applied) from supplier_allocation a
            where a.document_source = q.source and a.payment_id = q.payment_id), 0),
        q.paid_at, 'supplier-payment.made', q.payment_id, q.supplier_code
    from q
    union all
    select 5::smallint, source, expense_id, 'expense', branch, '-', day, day, currency, amount, changed_at,
        'expense.reported', expense_id, null
    from x
$$;
