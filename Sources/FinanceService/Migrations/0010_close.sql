-- Months whose books are closed. Who wants one open again stands beside it until another person agrees.
create table closed_month (
    month          date        primary key,
    closed_by      text        not null,
    closed_at      timestamptz not null,
    reopen_by      text,
    reopen_reason  text,
    check (extract(day from month) = 1)
);

-- What was done to months, for ever.
create table period_event (
    event_id     bigint      generated always as identity primary key,
    month        date        not null,
    state        text        not null,
    by           text        not null,
    proposed_by  text,
    reason       text,
    at           timestamptz not null
);
create index period_event_month on period_event (month);

-- What came for a closed month and was posted in a later one. For an order and its costs it is by how much its revenue
-- and cost have changed, so that the figures of a month by posting date are those by day, less what of it was posted
-- later, plus what was posted in it.
create table late_posting (
    posting_id     bigint        generated always as identity primary key,
    kind           text          not null,
    source         text          not null,
    reference      text          not null,
    party          text          not null,
    business_line  text,
    original_day   date          not null,
    posting_day    date          not null,
    revenue        numeric(24,4) not null default 0,
    cost           numeric(24,4) not null default 0,
    amount         numeric(24,4),
    currency       text          not null,
    posted_at      timestamptz   not null
);
create index late_posting_original on late_posting (original_day);
create index late_posting_day on late_posting (posting_day);

-- The months that are closed, as they stay until the transaction ends: whoever closes or opens one waits for the
-- transactions that have read this, and they for him. Within a function each statement sees what was committed before
-- it, so that the months are read as they are once the lock is held.
create function closed_months() returns setof integer language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended(current_schema() || ' closed months', 0));
    return query select month - date '1970-01-01' from closed_month order by month;
end
$$;
