-- What a customer owes by one invoice. A payment may name an invoice before it has come: then the row stands with
-- nothing but its key, everything else NULL, and what is allocated to it waits.
create table receivable (
    source         text          not null,
    invoice_id     text          not null,
    fingerprint    bigint,
    customer_code  text,
    order_ids      text[],
    issued_at      timestamptz,
    issued_day     date,
    due_at         timestamptz,
    due_day        date,
    amount         numeric(19,4),
    currency       text,
    paid           numeric(24,4) not null default 0,
    settled_day    date,
    reminded       smallint      not null default 0,
    reminder_day   date,
    primary key (source, invoice_id),
    check (paid >= 0 and (paid = 0 or paid <= amount)),
    check ((amount is null) = (fingerprint is null) and (amount is null) = (due_day is null)
        and (amount is null) = (issued_day is null) and (amount is null) = (currency is null)
        and (amount is null) = (customer_code is null))
);
create index receivable_customer on receivable (customer_code, issued_day);
create index receivable_reminder on receivable (reminder_day) where settled_day is null and reminder_day is not null;
create index receivable_waiting on receivable (source, invoice_id) where amount is null;

create table customer_payment (
    source         text          not null,
    payment_id     text          not null,
    fingerprint    bigint        not null,
    customer_code  text          not null,
    received_at    timestamptz   not null,
    received_day   date          not null,
    amount         numeric(19,4) not null,
    currency       text          not null,
    primary key (source, payment_id)
);
create index customer_payment_customer on customer_payment (customer_code, received_day);

-- What a payment is for: `amount` as its sender said, `applied` as far as the invoice is known and still had it open.
-- What is not applied is cash on account.
create table payment_allocation (
    source        text          not null,
    invoice_id    text          not null,
    payment_id    text          not null,
    received_at   timestamptz   not null,
    received_day  date          not null,
    amount        numeric(19,4) not null,
    applied       numeric(19,4) not null default 0,
    primary key (source, invoice_id, payment_id),
    check (applied between 0 and amount)
);
create index payment_allocation_payment on payment_allocation (source, payment_id);
create index payment_allocation_day on payment_allocation (received_day);

-- A payment that waited for an invoice which then came in another currency. It counts for nothing and is kept as it
-- came until its sender corrects it.
create table payment_set_aside (
    source         text          not null,
    payment_id     text          not null,
    customer_code  text          not null,
    received_at    timestamptz   not null,
    amount         numeric(19,4) not null,
    currency       text          not null,
    invoice_id     text          not null,
    reason         text          not null,
    detail         text          not null,
    primary key (source, payment_id)
);
