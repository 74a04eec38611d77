-- Low scores, and how far each has been seen to.
create table recovery (
    survey_id       text        primary key,
    source          text        not null,
    order_id        text        not null,
    customer_id     text        not null,
    customer_code   text        not null,
    branch          text,
    business_line   text,
    satisfaction    integer,
    recommendation  integer,
    effort          integer,
    opened_at       timestamptz not null,
    call_by         timestamptz not null,
    state           text        not null,
    state_at        timestamptz not null,
    state_by        text,
    revision        integer     not null,
    called_at       timestamptz,
    cause           text,
    action          text,
    owner           text,
    due_on          date,
    done_at         timestamptz,
    closed_at       timestamptz,
    outcome         text,
    -- Whether the customer was asked again since something was done, or since nothing more is.
    is_asked_again  boolean     not null default false,
    unique (source, order_id)
);
create index recovery_open on recovery (call_by) where state <> 'closed';
create index recovery_customer on recovery (customer_id);
create index recovery_account on recovery (source, customer_code);

-- What was done about each.
create table recovery_step (
    source       text        not null,
    order_id     text        not null,
    step_id      text        not null,
    fingerprint  text        not null,
    step         text        not null,
    taken_at     timestamptz not null,
    taken_by     text        not null,
    note         text,
    primary key (source, order_id, step_id)
);
