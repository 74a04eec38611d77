-- What a customer may use to pay, wherever it is from: what it has paid, and what credit notes give back. A payment that went
-- back is the same with its sign turned, so that what is on account, and what was on account on any day, is one sum.
alter table customer_payment add column kind text not null default 'payment';
alter table customer_payment drop constraint customer_payment_pkey;
alter table customer_payment add primary key (source, payment_id, kind);

-- What is taken back of an invoice stands with what was applied to it, below nought. What an invoice leaves that is less than
-- the smallest unit of its currency stands as 'rounding'.
alter table payment_allocation drop constraint payment_allocation_check;
alter table payment_allocation
    add constraint payment_allocation_check check (applied between least(0, amount) and greatest(0, amount));

-- A payment that went back, wholly or in part; it may come before the payment and waits for it here.
create table payment_return (
    source       text          not null,
    return_id    text          not null,
    fingerprint  bigint        not null,
    payment_id   text          not null,
    at           timestamptz   not null,
    amount       numeric(19,4) not null,
    currency     text          not null,
    reason       text          not null,
    note         text,
    taken_by     text,
    state        text          not null,
    detail       text,
    primary key (source, return_id)
);
create index payment_return_payment on payment_return (source, payment_id);

create or replace function expose_application() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        perform add_exposure(array_agg(p.customer_source), array_agg(p.customer_code), array_agg(p.currency),
            array_agg(0::numeric), array_agg(o.applied - n.applied))
        from new_rows n join old_rows o using (source, invoice_id, kind, payment_id, allocation_id)
        join customer_payment p using (source, payment_id, kind)
        where n.applied <> o.applied having count(*) > 0;
    else
        perform add_exposure(array_agg(p.customer_source), array_agg(p.customer_code), array_agg(p.currency),
            array_agg(0::numeric), array_agg(o.applied))
        from old_rows o join customer_payment p using (source, payment_id, kind)
        where o.applied <> 0 having count(*) > 0;
    end if;
    return null;
end $$;

create or replace function mark_application() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'payment_allocation' then
        insert into view_mark (kind, source, id)
        select 0, source, invoice_id from rows
        union select 1, source, payment_id from rows where kind in ('payment', 'credit-note', 'return');
    else
        insert into view_mark (kind, source, id)
        select 2, source, invoice_id from rows union select 3, source, payment_id from rows;
    end if;
    return null;
end $$;

-- A rounding is written as it is applied.
create function mark_rounding() returns trigger language plpgsql as $$
begin
    insert into view_mark (kind, source, id) select 0, source, invoice_id from rows where applied <> 0;
    return null;
end $$;
create trigger mark_written after insert on payment_allocation referencing new table as rows
    for each statement execute function mark_rounding();

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
    from r join payment_allocation a using (source, invoice_id) join customer_payment p using (source, payment_id, kind)
    where a.applied <> 0 and a.kind in ('payment', 'return')
    union all
    select 1::smallint, p.source, p.payment_id, 'cash-in', '-', '-', p.received_day, p.received_day, p.currency,
        p.amount - coalesce((select sum(a.applied) from payment_allocation a
            where a.source = p.source and a.payment_id = p.payment_id and a.kind = p.kind), 0),
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
    from p join payment_allocation a using (source, payment_id, kind) join receivable r using (source, invoice_id)
    where a.applied <> 0
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

-- The credit notes that stand in the books already: what their invoices had no room for is on account.
insert into customer_payment (source, payment_id, kind, fingerprint, customer_of, customer_code, received_at,
    received_day, amount, currency)
select a.source, a.adjustment_id, 'credit-note', a.fingerprint, a.customer_of, a.customer_code, a.at, a.day, a.amount, a.currency
from receivable_adjustment a
where a.kind = 'credit-note' and a.fingerprint is not null and a.set_aside is null and a.customer_code is not null;
select add_exposure(array_agg(p.customer_source), array_agg(p.customer_code), array_agg(p.currency), array_agg(0::numeric),
    array_agg(-a.applied))
from customer_payment p join payment_allocation a using (source, payment_id, kind)
where p.kind = 'credit-note' and a.applied <> 0;

-- And the residues of invoices that are paid as far as their currency goes.
with residue as (
    select r.source, r.invoice_id, r.amount - r.paid as amount, coalesce(l.at, r.issued_at) as at,
        coalesce(l.day, r.issued_day) as day
    from receivable r
    left join lateral (
        select max(a.received_at) as at, max(a.received_day) as day from payment_allocation a
        where a.source = r.source and a.invoice_id = r.invoice_id and a.applied <> 0
    ) l on true
    where r.settled_day is null and r.amount > r.paid and r.amount - r.paid < case
        when r.currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND',
            'VUV', 'XAF', 'XOF', 'XPF') then 1
        when r.currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 0.001
        when r.currency in ('CLF', 'UYW', 'XAG', 'XAU', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XPD', 'XPT', 'XSU', 'XUA')
            then 0.0001
        else 0.01 end
), written as (
    insert into payment_allocation (source, invoice_id, kind, payment_id, received_at, received_day, amount, applied)
    select source, invoice_id, 'rounding', '', at, day, amount, amount from residue
)
update receivable r set paid = r.amount, settled_day = greatest(r.issued_day, residue.day)
from residue where r.source = residue.source and r.invoice_id = residue.invoice_id;
