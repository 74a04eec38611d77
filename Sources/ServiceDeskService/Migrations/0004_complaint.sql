-- What customers complain of, each once and for ever as it was reported, with how far it is by the steps that count.
create table complaint (
    source         text        not null,
    complaint_id   text        not null,
    fingerprint    text        not null,
    customer_code  text        not null,
    order_id       text,
    category       text        not null,
    severity       text        not null,
    opened_at      timestamptz not null,
    opened_by      text        not null,
    summary        text        not null,
    state          text        not null,
    state_at       timestamptz not null,
    promised_at    timestamptz,
    revision       integer     not null,
    primary key (source, complaint_id)
);
create index complaint_customer on complaint (source, customer_code);
create index complaint_open on complaint (opened_at) where state <> 'closed';

-- What was done about it. A step may come before its complaint, and then waits for it.
create table complaint_step (
    source        text        not null,
    complaint_id  text        not null,
    step_id       text        not null,
    fingerprint   text        not null,
    step          text        not null,
    taken_at      timestamptz not null,
    taken_by      text        not null,
    note          text,
    promise       timestamptz,
    is_waiting    boolean     not null,
    primary key (source, complaint_id, step_id)
);
create index complaint_step_waiting on complaint_step (source, complaint_id) where is_waiting;
