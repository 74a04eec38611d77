-- The finance view: what days came to, by branch and line of business. Orders tell what they change as signed deltas that
-- are only ever appended, so that no batch waits for another at the row of today; invoices and payments leave a mark, and
-- what they come to is worked out from where they stand. A fold brings both into the sums; whoever asks in between adds
-- what is not folded yet, by the same statement.

-- The revenue of an order without what is only paid on the customer's behalf.
alter table orders add column earned numeric(24,4) not null default 0;
update orders set earned = coalesce((
    select sum((l ->> 'revenue')::numeric) filter (where not coalesce((l ->> 'passThrough')::boolean, false))
    from json_array_elements(lines::json) as l), 0)
where customer_code <> '';

-- What was posted late, told apart by branch as well, and with what is not in the margin yet. Of what is there already
-- the branch is that of the order now.
alter table late_posting add column branch text;
alter table late_posting add column orders integer not null default 0;
alter table late_posting add column earned numeric(24,4) not null default 0;
update late_posting l set branch = o.branch, earned = l.revenue
from orders o where l.kind in ('order', 'cost') and o.source = l.source and o.order_id = l.reference;

-- When an expense was told: it says only its day itself.
alter table expense add column changed_at timestamptz not null default now();

-- Basis 0: by the day an order was placed. Basis 1: what the posting of late changes moves against that, taken from the
-- order's day in a closed month and added on the day of posting; both together are the figures by posting date.
create table view_order_day (
    basis          smallint      not null,
    branch         text          not null,
    business_line  text          not null,
    day            date          not null,
    currency       text          not null,
    orders         bigint        not null,
    revenue        numeric(24,4) not null,
    known_revenue  numeric(24,4) not null,
    cost           numeric(24,4) not null,
    reserved       numeric(24,4) not null,
    as_of          timestamptz,
    primary key (basis, day, branch, business_line, currency)
);
create index view_order_day_reserved on view_order_day (day) where reserved <> 0;

create table view_order_delta (
    seq            bigint        generated always as identity primary key,
    basis          smallint      not null,
    branch         text          not null,
    business_line  text          not null,
    day            date          not null,
    currency       text          not null,
    orders         bigint        not null,
    revenue        numeric(24,4) not null,
    known_revenue  numeric(24,4) not null,
    cost           numeric(24,4) not null,
    reserved       numeric(24,4) not null,
    as_of          timestamptz
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- What has changed and is not folded. Kinds: 0 an invoice, 1 a customer's payment, 2 a supplier's invoice, 3 a payment to
-- a supplier, 4 an order that says where its invoices belong: one that came after something of it, or moved to another
-- branch or line; 5 a sales expense.
create table view_mark (
    seq     bigint      generated always as identity primary key,
    kind    smallint    not null,
    source  text        not null,
    id      text        not null,
    at      timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- What each document adds to the sums, and by which event.
create table view_entry (
    kind           smallint      not null,
    source         text          not null,
    id             text          not null,
    metric         text          not null,
    branch         text          not null,
    business_line  text          not null,
    day            date          not null,
    due_day        date          not null,
    currency       text          not null,
    amount         numeric(24,4) not null,
    as_of          timestamptz   not null,
    event          text          not null,
    event_id       text          not null,
    customer       text
);
create index view_entry_document on view_entry (source, id, kind);
create index view_entry_cell on view_entry (metric, day, branch, business_line);

-- What documents come to, by spans of a day (0), a month (1) and a year (2), each named by its first day: what stood at the
-- end of a day is some years, some months and some days. What is open is kept by due day as well, under a name of its own;
-- its cells that come to nothing are taken away, or there would be as many as invoices.
create table view_sum (
    metric         text          not null,
    span           smallint      not null,
    day            date          not null,
    branch         text          not null,
    business_line  text          not null,
    due_day        date          not null,
    currency       text          not null,
    amount         numeric(24,4) not null,
    as_of          timestamptz,
    primary key (metric, span, day, branch, business_line, due_day, currency)
);
create index view_sum_nothing on view_sum (day) where amount = 0 and metric = 'open';

-- An invoice belongs to the branch and line of the first order that it names. One that comes first leaves the order's key,
-- so that the order, when it comes, knows that something is there.
insert into orders (source, order_id, version, revision, fingerprint, is_cancelled, customer_code, business_line, branch,
    placed_at, day, currency, lines, revenue, known_revenue, cost, is_counted, is_provisional, low_raised,
    negative_raised, content_revision)
select distinct source, order_ids[1], 1, 0, 0, false, '', '', '', timestamptz 'epoch', date 'epoch', 'CNY', '[]', 0, 0, 0,
    false, false, 0, 0, 0
from supplier_invoice where order_ids[1] is not null on conflict do nothing;
create index receivable_place on receivable (source, (order_ids[1])) where amount is not null;
create index supplier_invoice_place on supplier_invoice (source, (order_ids[1])) where amount is not null;

-- What some documents add, from where they stand now. Money that pays an invoice came in where that belongs; what is not
-- applied belongs to no branch. What was paid before it was invoiced counts from the day of the invoice.
create function view_entries(kinds smallint[], sources text[], ids text[])
returns table (kind smallint, source text, id text, metric text, branch text, business_line text, day date, due_day date,
    currency text, amount numeric, as_of timestamptz, event text, event_id text, customer text)
language sql stable as $$
    with k as (
        select t.kind, t.source, t.id from unnest(kinds, sources, ids) as t(kind, source, id)
    ), r as (
        select r.source, r.invoice_id, r.customer_code, r.issued_day, r.issued_at, r.due_day, r.currency, r.amount,
            coalesce(o.branch, '-') as branch, coalesce(o.business_line, '-') as business_line
        from k join receivable r on r.source = k.source and r.invoice_id = k.id
        left join orders o on o.source = r.source and o.order_id = r.order_ids[1] and o.customer_code <> ''
        where k.kind = 0 and r.amount is not null
    ), p as (
        select p.source, p.payment_id, p.customer_code, p.received_day, p.received_at, p.currency, p.amount
        from k join customer_payment p on p.source = k.source and p.payment_id = k.id where k.kind = 1
    ), s as (
        select s.source, s.invoice_id, s.supplier_code, s.issued_day, s.issued_at, s.due_day, s.currency, s.amount,
            coalesce(o.branch, '-') as branch, coalesce(o.business_line, '-') as business_line
        from k join supplier_invoice s on s.source = k.source and s.invoice_id = k.id
        left join orders o on o.source = s.source and o.order_id = s.order_ids[1] and o.customer_code <> ''
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

-- The documents whose entries are to be worked out anew.
create function view_pending(most integer)
returns table (kind smallint, source text, id text) language sql stable as $$
    select m.kind, m.source, m.id from (select * from view_mark where kind <> 4 order by seq limit most) m
    union
    select 0::smallint, m.source, r.invoice_id
    from view_mark m cross join lateral (
        select r.invoice_id from receivable r
        where r.source = m.source and r.order_ids[1] = m.id and r.amount is not null offset 0
    ) r
    where m.kind = 4
    union
    select 2::smallint, m.source, s.invoice_id
    from view_mark m cross join lateral (
        select s.invoice_id from supplier_invoice s
        where s.source = m.source and s.order_ids[1] = m.id and s.amount is not null offset 0
    ) s
    where m.kind = 4
$$;

-- Under which names an entry is summed.
create function view_names(metric text, due_day date) returns table (metric text, due_day date)
language sql immutable as $$
    select $1, date 'epoch' union all select 'open', $2 where $1 = 'receivable'
$$;

-- By how much the sums of documents are behind. While nothing waits nothing is read.
create function view_difference(most integer)
returns table (metric text, branch text, business_line text, day date, due_day date, currency text, amount numeric,
    as_of timestamptz) language plpgsql stable as $$
#variable_conflict use_column
declare
    document_kinds smallint[];
    document_sources text[];
    document_ids text[];
begin
    select array_agg(k.kind), array_agg(k.source), array_agg(k.id)
        into document_kinds, document_sources, document_ids from view_pending(most) k;
    if document_ids is null then return; end if;
    return query
    select v.metric, t.branch, t.business_line, t.day, v.due_day, t.currency, sum(t.amount), max(t.as_of)
    from (
        select n.metric, n.branch, n.business_line, n.day, n.due_day, n.currency, n.amount, n.as_of
        from view_entries(document_kinds, document_sources, document_ids) n
        union all
        select e.metric, e.branch, e.business_line, e.day, e.due_day, e.currency, -e.amount, null
        from unnest(document_kinds, document_sources, document_ids) as k(kind, source, id)
        join view_entry e on e.source = k.source and e.id = k.id and e.kind = k.kind
    ) t cross join lateral view_names(t.metric, t.due_day) v
    group by v.metric, t.branch, t.business_line, t.day, v.due_day, t.currency;
end $$;

-- Brings into the sums what has changed, so many rows and documents at a time. One copy of the service does at once:
-- -1 when another is at it, otherwise how much was folded.
create function view_fold(most integer) returns integer language plpgsql as $$
declare
    folded integer;
    moved integer;
    moved_sources text[];
    moved_orders text[];
    document_kinds smallint[];
    document_sources text[];
    document_ids text[];
begin
    if not pg_try_advisory_xact_lock(hashtextextended('view_fold ' || current_schema(), 0)) then return -1; end if;
    with gone as (
        delete from view_order_delta d using (select seq from view_order_delta order by seq limit most) t
        where d.seq = t.seq returning d.*
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
    with named as (
        select k.kind, k.source, k.id from view_pending(most) k
    )
    select array_agg(kind), array_agg(source), array_agg(id), count(*)
        into document_kinds, document_sources, document_ids, moved from named;
    delete from view_mark m using unnest(document_kinds, document_sources, document_ids) as k(kind, source, id)
        where m.kind = k.kind and m.source = k.source and m.id = k.id;
    with gone as (
        delete from view_mark where kind = 4 returning source, id
    )
    select array_agg(gone.source), array_agg(gone.id) into moved_sources, moved_orders from gone;
    if moved_sources is not null then
        -- The order's mark may have come after the look at the documents.
        select array_agg(t.kind), array_agg(t.source), array_agg(t.id), count(*)
            into document_kinds, document_sources, document_ids, moved
        from (
            select k.kind, k.source, k.id
            from unnest(document_kinds, document_sources, document_ids) as k(kind, source, id)
            union
            select 0::smallint, r.source, r.invoice_id
            from unnest(moved_sources, moved_orders) as o(source, id)
            join receivable r on r.source = o.source and r.order_ids[1] = o.id where r.amount is not null
            union
            select 2::smallint, s.source, s.invoice_id
            from unnest(moved_sources, moved_orders) as o(source, id)
            join supplier_invoice s on s.source = o.source and s.order_ids[1] = o.id where s.amount is not null
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
