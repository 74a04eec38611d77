-- What lessens an invoice besides payments: credit notes and write-offs. They stand with the allocations, so that what was
-- open on any day follows from one table. A payment may be allocated again later: then the allocation has a name.
alter table payment_allocation add column kind text not null default 'payment';
alter table payment_allocation add column allocation_id text not null default '';
alter table payment_allocation drop constraint payment_allocation_pkey;
alter table payment_allocation add primary key (source, invoice_id, kind, payment_id, allocation_id);

create table receivable_adjustment (
    source         text          not null,
    kind           text          not null,
    adjustment_id  text          not null,
    fingerprint    bigint,
    customer_code  text,
    invoice_id     text,
    at             timestamptz,
    day            date,
    amount         numeric(19,4),
    currency       text,
    reason         text,
    proposed_by    text,
    approved_by    text,
    approved_at    timestamptz,
    set_aside      text,
    primary key (source, kind, adjustment_id),
    check ((fingerprint is null) = (amount is null))
);
create index receivable_adjustment_invoice on receivable_adjustment (source, invoice_id);

-- Cash on account that is for invoices after all; it may come before the payment and waits for it here.
create table later_allocation (
    source         text          not null,
    allocation_id  text          not null,
    fingerprint    bigint        not null,
    payment_id     text          not null,
    at             timestamptz   not null,
    invoices       text[]        not null,
    amounts        numeric[]     not null,
    state          text          not null,
    detail         text,
    primary key (source, allocation_id)
);
create index later_allocation_payment on later_allocation (source, payment_id);

create table dispute (
    source       text          not null,
    dispute_id   text          not null,
    fingerprint  bigint,
    invoice_id   text,
    opened_at    timestamptz,
    amount       numeric(19,4),
    currency     text,
    reason       text,
    note         text,
    opened_by    text,
    resolved_at  timestamptz,
    outcome      text,
    resolved_by  text,
    primary key (source, dispute_id)
);
create index dispute_open on dispute (source, invoice_id) where resolved_at is null;

create table payment_promise (
    source        text          not null,
    promise_id    text          not null,
    fingerprint   bigint        not null,
    invoice_id    text          not null,
    amount        numeric(19,4) not null,
    currency      text          not null,
    promised_day  date          not null,
    made_at       timestamptz   not null,
    taken_by      text,
    primary key (source, promise_id)
);
create index payment_promise_invoice on payment_promise (source, invoice_id);

create table payment_terms (
    source      text        not null,
    role        text        not null,
    code        text        not null,
    kind        text        not null,
    days        integer     not null,
    cut_off     integer,
    is_small    boolean     not null,
    agreed_at   timestamptz not null,
    primary key (source, role, code)
);

-- What an account owes us and has ordered, by currency, kept by signed deltas in the transaction of each change.
create table account_exposure (
    source         text          not null,
    customer_code  text          not null,
    currency       text          not null,
    receivable     numeric(24,4) not null default 0,
    deposits       numeric(24,4) not null default 0,
    accepted       numeric(24,4) not null default 0,
    unbilled       numeric(24,4) not null default 0,
    primary key (source, customer_code, currency)
);

-- What an order adds to the exposure: `reserved` while it is accepted and not invoiced.
alter table orders add column is_completed boolean not null default false;
alter table orders add column is_billed boolean not null default false;
alter table orders add column reserved numeric(24,4) not null default 0;

create table credit_line (
    source         text          not null,
    kind           text          not null,
    line_id        text          not null,
    fingerprint    bigint        not null,
    customer_code  text,
    group_id       text,
    amount         numeric(19,4) not null,
    currency       text          not null,
    valid_from     date          not null,
    valid_to       date,
    decided_by     text          not null,
    decided_at     timestamptz   not null,
    reason         text,
    primary key (source, kind, line_id),
    check ((customer_code is null) <> (group_id is null))
);
create index credit_line_customer on credit_line (customer_code, source) where customer_code is not null;
create index credit_line_group on credit_line (group_id) where group_id is not null;

create table credit_group_member (
    source         text        not null,
    customer_code  text        not null,
    group_id       text,
    at             timestamptz not null,
    primary key (source, customer_code)
);
create index credit_group_member_group on credit_group_member (group_id);

create table credit_lift (
    source         text        not null,
    lift_id        text        not null,
    fingerprint    bigint      not null,
    customer_code  text        not null,
    until          date        not null,
    decided_by     text        not null,
    decided_at     timestamptz not null,
    reason         text        not null,
    primary key (source, lift_id)
);
create index credit_lift_customer on credit_lift (customer_code, source);

create table credit_standing (
    customer_id  text        primary key,
    state        text        not null,
    reason       text        not null,
    since        timestamptz not null
);

create table supplier_invoice (
    source         text          not null,
    invoice_id     text          not null,
    fingerprint    bigint,
    supplier_code  text,
    order_ids      text[],
    issued_at      timestamptz,
    issued_day     date,
    due_day        date,
    amount         numeric(19,4),
    currency       text,
    paid           numeric(24,4) not null default 0,
    settled_day    date,
    primary key (source, invoice_id),
    check (paid >= 0 and (paid = 0 or paid <= amount))
);
create index supplier_invoice_due on supplier_invoice (due_day) where settled_day is null;
create index supplier_invoice_supplier on supplier_invoice (supplier_code, source, issued_day);

create table supplier_payment (
    source         text          not null,
    payment_id     text          not null,
    fingerprint    bigint        not null,
    supplier_code  text          not null,
    paid_at        timestamptz   not null,
    paid_day       date          not null,
    amount         numeric(19,4) not null,
    currency       text          not null,
    set_aside      text,
    primary key (source, payment_id)
);
create index supplier_payment_supplier on supplier_payment (supplier_code, source);

create table supplier_allocation (
    source      text          not null,
    invoice_id  text          not null,
    payment_id  text          not null,
    paid_at     timestamptz   not null,
    paid_day    date          not null,
    amount      numeric(19,4) not null,
    applied     numeric(19,4) not null default 0,
    primary key (source, invoice_id, payment_id),
    check (applied between 0 and amount)
);
create index supplier_allocation_payment on supplier_allocation (source, payment_id);

-- What is open, by the days of issue and of due, kept by signed deltas: the ageing of everybody reads this and not the
-- invoices.
create table open_item_day (
    source      text          not null,
    issued_day  date          not null,
    due_day     date          not null,
    currency    text          not null,
    items       bigint        not null,
    amount      numeric(24,4) not null,
    primary key (source, issued_day, due_day, currency)
);
create index receivable_settled on receivable (settled_day) where settled_day is not null;

-- The exposure follows every change of an invoice, a payment or what of it is applied, whoever makes it.
create function add_exposure(sources text[], codes text[], currencies text[], receivables numeric[], cash numeric[])
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

create function expose_new_receivable() returns trigger language plpgsql as $$
begin
    perform add_exposure(array_agg(source), array_agg(customer_code), array_agg(currency), array_agg(amount - paid),
        array_agg(0::numeric))
    from new_rows where amount is not null having count(*) > 0;
    insert into open_item_day as d (source, issued_day, due_day, currency, items, amount)
    select source, issued_day, due_day, currency, count(*), sum(amount - paid) from new_rows
    where amount is not null and settled_day is null
    group by source, issued_day, due_day, currency order by source, issued_day, due_day, currency
    on conflict (source, issued_day, due_day, currency) do update set
        items = d.items + excluded.items, amount = d.amount + excluded.amount;
    return null;
end $$;
create function expose_changed_receivable() returns trigger language plpgsql as $$
begin
    perform add_exposure(array_agg(n.source), array_agg(n.customer_code), array_agg(n.currency),
        array_agg(n.amount - n.paid - coalesce(o.amount - o.paid, 0)), array_agg(0::numeric))
    from new_rows n join old_rows o using (source, invoice_id)
    where n.amount is not null and n.amount - n.paid is distinct from o.amount - o.paid having count(*) > 0;
    insert into open_item_day as d (source, issued_day, due_day, currency, items, amount)
    select n.source, n.issued_day, n.due_day, n.currency,
        sum((n.settled_day is null)::integer - (o.amount is not null and o.settled_day is null)::integer),
        sum(n.amount - n.paid - coalesce(o.amount - o.paid, 0))
    from new_rows n join old_rows o using (source, invoice_id)
    where n.amount is not null and (o.amount is null or n.settled_day is distinct from o.settled_day
        or n.paid <> o.paid)
    group by n.source, n.issued_day, n.due_day, n.currency order by n.source, n.issued_day, n.due_day, n.currency
    on conflict (source, issued_day, due_day, currency) do update set
        items = d.items + excluded.items, amount = d.amount + excluded.amount;
    return null;
end $$;
create trigger expose_new after insert on receivable referencing new table as new_rows
    for each statement execute function expose_new_receivable();
create trigger expose_changed after update on receivable referencing old table as old_rows new table as new_rows
    for each statement execute function expose_changed_receivable();

create function expose_payment() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        perform add_exposure(array_agg(source), array_agg(customer_code), array_agg(currency), array_agg(0::numeric),
            array_agg(amount)) from rows having count(*) > 0;
    else
        perform add_exposure(array_agg(source), array_agg(customer_code), array_agg(currency), array_agg(0::numeric),
            array_agg(-amount)) from rows having count(*) > 0;
    end if;
    return null;
end $$;
create trigger expose_payment_new after insert on customer_payment referencing new table as rows
    for each statement execute function expose_payment();
create trigger expose_payment_gone after delete on customer_payment referencing old table as rows
    for each statement execute function expose_payment();

create function expose_application() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        perform add_exposure(array_agg(p.source), array_agg(p.customer_code), array_agg(p.currency),
            array_agg(0::numeric), array_agg(o.applied - n.applied))
        from new_rows n join old_rows o using (source, invoice_id, kind, payment_id, allocation_id)
        join customer_payment p using (source, payment_id)
        where kind = 'payment' and n.applied <> o.applied having count(*) > 0;
    else
        perform add_exposure(array_agg(p.source), array_agg(p.customer_code), array_agg(p.currency),
            array_agg(0::numeric), array_agg(o.applied))
        from old_rows o join customer_payment p using (source, payment_id)
        where kind = 'payment' and o.applied <> 0 having count(*) > 0;
    end if;
    return null;
end $$;
create trigger expose_applied after update on payment_allocation
    referencing old table as old_rows new table as new_rows
    for each statement execute function expose_application();
create trigger expose_unapplied after delete on payment_allocation referencing old table as old_rows
    for each statement execute function expose_application();

-- What stands in the books already.
insert into open_item_day (source, issued_day, due_day, currency, items, amount)
select source, issued_day, due_day, currency, count(*), sum(amount - paid) from receivable
where amount is not null and settled_day is null group by source, issued_day, due_day, currency;
select add_exposure(array_agg(source), array_agg(customer_code), array_agg(currency), array_agg(amount - paid),
    array_agg(0::numeric)) from receivable where amount is not null;
select add_exposure(array_agg(p.source), array_agg(p.customer_code), array_agg(p.currency), array_agg(0::numeric),
    array_agg(p.amount - coalesce(a.applied, 0)))
from customer_payment p
left join (select source, payment_id, sum(applied) as applied from payment_allocation group by source, payment_id) a
    using (source, payment_id);
update orders o set is_billed = true
from (select distinct source, unnest(order_ids) as order_id from receivable where amount is not null) b
where o.source = b.source and o.order_id = b.order_id;
update orders set reserved = revenue where decision = 'accepted' and not is_cancelled and not is_billed;
insert into account_exposure as e (source, customer_code, currency, accepted)
select source, customer_code, currency, sum(reserved) from orders where reserved <> 0
group by source, customer_code, currency
on conflict (source, customer_code, currency) do update set accepted = excluded.accepted;
