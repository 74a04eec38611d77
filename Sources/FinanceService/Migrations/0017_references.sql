-- Whose numbers a document names. `customer_of` and `order_of` hold the source when it is another than the document's own.
-- What is joined by follows from them, so that it is right of what the release before writes beside this one, too.
alter table cost
    add column order_of text,
    add column order_source text not null generated always as (coalesce(order_of, source)) stored,
    add column came_at timestamptz not null default now();
alter table receivable
    add column customer_of text,
    add column customer_source text not null generated always as (coalesce(customer_of, source)) stored,
    add column order_of text,
    add column order_source text not null generated always as (coalesce(order_of, source)) stored,
    add column came_at timestamptz not null default now();
alter table customer_payment
    add column customer_of text,
    add column customer_source text not null generated always as (coalesce(customer_of, source)) stored;
alter table receivable_adjustment add column customer_of text;
alter table credit_line
    add column customer_of text,
    add column customer_source text not null generated always as (coalesce(customer_of, source)) stored;
alter table credit_lift
    add column customer_of text,
    add column customer_source text not null generated always as (coalesce(customer_of, source)) stored;
alter table supplier_invoice
    add column order_of text,
    add column order_source text not null generated always as (coalesce(order_of, source)) stored,
    add column came_at timestamptz not null default now();

-- What is named and has not come, since when: orders by their key alone, accounts without a customer.
alter table orders add column named_at timestamptz not null default now();
create index orders_awaited on orders (named_at) where customer_code = '';

-- The number first: whoever looks by the source as well, this release or the one before, finds it by these.
drop index cost_order;
create index cost_order on cost (order_id, order_source);
drop index receivable_place;
create index receivable_place on receivable ((order_ids[1]), order_source) where amount is not null;
drop index supplier_invoice_place;
create index supplier_invoice_place on supplier_invoice ((order_ids[1]), order_source) where amount is not null;
drop index receivable_by_terms;
create index receivable_by_terms on receivable (customer_code, customer_source)
    where is_due_by_terms and settled_day is null;

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

create or replace function expose_application() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        perform add_exposure(array_agg(p.customer_source), array_agg(p.customer_code), array_agg(p.currency),
            array_agg(0::numeric), array_agg(o.applied - n.applied))
        from new_rows n join old_rows o using (source, invoice_id, kind, payment_id, allocation_id)
        join customer_payment p using (source, payment_id)
        where kind = 'payment' and n.applied <> o.applied having count(*) > 0;
    else
        perform add_exposure(array_agg(p.customer_source), array_agg(p.customer_code), array_agg(p.currency),
            array_agg(0::numeric), array_agg(o.applied))
        from old_rows o join customer_payment p using (source, payment_id)
        where kind = 'payment' and o.applied <> 0 having count(*) > 0;
    end if;
    return null;
end $$;

-- A document stands where the order that it names does.
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
        select p.source, p.payment_id, p.customer_code, p.received_day, p.received_at, p.currency, p.amount
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
            else a.kind end, a.payment_id, r.customer_code
    from r join payment_allocation a using (source, invoice_id) where a.applied > 0
    union all
    select 0::smallint, r.source, r.invoice_id, 'cash-in', r.branch, r.business_line, p.received_day, p.received_day,
        r.currency, a.applied, p.received_at, 'payment.received', a.payment_id, r.customer_code
    from r join payment_allocation a using (source, invoice_id) join customer_payment p using (source, payment_id)
    where a.applied > 0 and a.kind = 'payment'
    union all
    select 1::smallint, p.source, p.payment_id, 'cash-in', '-', '-', p.received_day, p.received_day, p.currency,
        p.amount - coalesce((select sum(a.applied) from payment_allocation a
            where a.source = p.source and a.payment_id = p.payment_id and a.kind = 'payment'), 0),
        p.received_at, 'payment.received', p.payment_id, p.customer_code
    from p
    union all
    select 1::smallint, source, payment_id, 'deposit', '-', '-', received_day, received_day, currency, amount,
        received_at, 'payment.received', payment_id, customer_code
    from p
    union all
    select 1::smallint, p.source, p.payment_id, 'deposit', '-', '-', greatest(a.received_day, r.issued_day),
        greatest(a.received_day, r.issued_day), p.currency, -a.applied, a.received_at, 'payment.received', p.payment_id,
        p.customer_code
    from p join payment_allocation a using (source, payment_id) join receivable r using (source, invoice_id)
    where a.applied > 0 and a.kind = 'payment'
    union all
    select 2::smallint, source, invoice_id, 'payable', branch, business_line, issued_day, due_day, currency, amount,
        issued_at, 'supplier-invoice.received', invoice_id, supplier_code
    from s
    union all
    select 2::smallint, s.source, s.invoice_id, 'payable', s.branch, s.business_line,
        greatest(a.paid_day, s.issued_day), s.due_day, s.currency, -a.applied, a.paid_at, 'supplier-payment.made',
        a.payment_id, s.supplier_code
    from s join supplier_allocation a using (source, invoice_id) where a.applied > 0
    union all
    select 2::smallint, s.source, s.invoice_id, 'cash-out', s.branch, s.business_line, a.paid_day, a.paid_day,
        s.currency, a.applied, a.paid_at, 'supplier-payment.made', a.payment_id, s.supplier_code
    from s join supplier_allocation a using (source, invoice_id) where a.applied > 0
    union all
    select 3::smallint, q.source, q.payment_id, 'cash-out', '-', '-', q.paid_day, q.paid_day, q.currency,
        q.amount - coalesce((select sum(a.applied) from supplier_allocation a
            where a.source = q.source and a.payment_id = q.payment_id), 0),
        q.paid_at, 'supplier-payment.made', q.payment_id, q.supplier_code
    from q
    union all
    select 5::smallint, source, expense_id, 'expense', branch, '-', day, day, currency, amount, changed_at,
        'expense.reported', expense_id, null
    from x
$$;

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

create or replace function view_fold(most integer) returns integer language plpgsql as $$
declare
    bound bigint;
    folded integer;
    moved integer;
    moved_sources text[];
    moved_orders text[];
    document_kinds smallint[];
    document_sources text[];
    document_ids text[];
begin
    if not pg_try_advisory_xact_lock(hashtextextended('view_fold ' || current_schema(), 0)) then return -1; end if;
    select max(seq) into bound from (select seq from view_order_delta order by seq limit most) t;
    with gone as (
        delete from view_order_delta d where d.seq <= bound returning d.*
    ), added as (
        insert into view_order_day as d (basis, branch, business_line, day, currency, orders, revenue, known_revenue,
            cost, reserved, as_of)
        select g.basis, g.branch, g.business_line, g.day, g.currency, sum(g.orders), sum(g.revenue),
            sum(g.known_revenue), sum(g.cost), sum(g.reserved), max(g.as_of)
        from gone g group by 1, 2, 3, 4, 5
        on conflict (basis, day, branch, business_line, currency) do update set
            orders = d.orders + excluded.orders, revenue = d.revenue + excluded.revenue,
            known_revenue = d.known_revenue + excluded.known_revenue, cost = d.cost + excluded.cost,
            reserved = d.reserved + excluded.reserved, as_of = greatest(d.as_of, excluded.as_of)
    )
    select count(*) into folded from gone;

    -- First the marks are taken away, then the documents read: what changes in between leaves a mark again.
    select max(seq) into bound from (select seq from view_mark where kind <> 4 order by seq limit most) t;
    with gone as (
        delete from view_mark where kind <> 4 and seq <= bound returning kind, source, id
    )
    select array_agg(kind), array_agg(source), array_agg(id), count(*)
        into document_kinds, document_sources, document_ids, moved
        from (select distinct kind, source, id from gone) t;
    with gone as (
        delete from view_mark where kind = 4 returning source, id
    )
    select array_agg(gone.source), array_agg(gone.id) into moved_sources, moved_orders from gone;
    if moved_sources is not null then
        -- With an order go the documents that belong where it is.
        select array_agg(t.kind), array_agg(t.source), array_agg(t.id), count(*)
            into document_kinds, document_sources, document_ids, moved
        from (
            select k.kind, k.source, k.id
            from unnest(document_kinds, document_sources, document_ids) as k(kind, source, id)
            union
            select 0::smallint, r.source, r.invoice_id
            from unnest(moved_sources, moved_orders) as o(source, id)
            join receivable r on r.order_source = o.source and r.order_ids[1] = o.id where r.amount is not null
            union
            select 2::smallint, s.source, s.invoice_id
            from unnest(moved_sources, moved_orders) as o(source, id)
            join supplier_invoice s on s.order_source = o.source and s.order_ids[1] = o.id where s.amount is not null
        ) t;
    end if;
    if moved = 0 then return folded; end if;
    with now as materialized (
        select * from view_entries(document_kinds, document_sources, document_ids) e where e.amount <> 0
    ), before as (
        delete from view_entry e using unnest(document_kinds, document_sources, document_ids) as k(kind, source, id)
        where e.kind = k.kind and e.source = k.source and e.id = k.id returning e.*
    ), kept as (
        insert into view_entry select * from now
    )
    insert into view_sum as d (metric, span, day, branch, business_line, due_day, currency, amount, as_of)
    select v.metric, spans.span, spans.day, branch, business_line, v.due_day, currency, sum(amount), max(as_of)
    from (
        select n.metric, n.branch, n.business_line, n.day, n.due_day, n.currency, n.amount, n.as_of from now n
        union all
        select b.metric, b.branch, b.business_line, b.day, b.due_day, b.currency, -b.amount, null from before b
    ) t cross join lateral view_names(t.metric, t.due_day) v cross join lateral (values
        (0, t.day), (1, date_trunc('month', t.day)::date), (2, date_trunc('year', t.day)::date)) as spans(span, day)
    group by 1, 2, 3, 4, 5, 6, 7 having sum(amount) <> 0 or v.metric <> 'open'
    on conflict (metric, span, day, branch, business_line, due_day, currency) do update set
        amount = d.amount + excluded.amount, as_of = greatest(d.as_of, excluded.as_of);
    delete from view_sum s where s.amount = 0 and s.metric = 'open';
    return folded + moved;
end $$;
