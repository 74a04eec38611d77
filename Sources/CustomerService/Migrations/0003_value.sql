-- What value is judged by, as events told it. Everything stands under the account's code, not under the customer: a
-- merge, and its undoing, moves it all by moving the account. Amounts are in CNY.

-- An order with its cost and its delivery; any of them may come first.
create table value_order (
    source          text    not null,
    order_id        text    not null,
    revision        integer not null default 0,
    cancel_revision integer not null default 0,
    done_revision   integer not null default 0,
    customer_code   text,
    branch          text,
    business_line   text,
    day             date,
    revenue         numeric(24,4) not null default 0,
    -- [{"n": line, "r": revenue, "c": stated cost or null}], without what is only paid on the customer's behalf.
    lines           jsonb   not null default '[]',
    costed_revenue  numeric(24,4) not null default 0,
    cost            numeric(24,4) not null default 0,
    done_on         date,
    is_late         boolean,
    is_damaged      boolean,
    promised_on     timestamptz,
    primary key (source, order_id)
);
create index value_order_account on value_order (source, customer_code, day);
create index value_order_day on value_order (day);

create table value_cost (
    source    text     not null,
    cost_id   text     not null,
    order_id  text     not null,
    line      integer  not null,
    rank      smallint not null,
    amount    numeric(24,4),
    primary key (source, cost_id)
);
create index value_cost_order on value_cost (source, order_id);

create table value_contact (
    source          text not null,
    interaction_id  text not null,
    customer_code   text not null,
    day             date not null,
    primary key (source, interaction_id)
);
create index value_contact_account on value_contact (source, customer_code);

create table value_invoice (
    source         text not null,
    invoice_id     text not null,
    customer_code  text,
    due_on         date,
    -- The due day as finance counts it, by agreed terms; before the invoice's own.
    agreed_due_on  date,
    amount         numeric(24,4) not null default 0,
    settled_on     date,
    applied_at     bigint not null default 0,
    primary key (source, invoice_id)
);
create index value_invoice_account on value_invoice (source, customer_code);

create table value_credit (
    customer_id  text   not null,
    changed_at   bigint not null,
    day          date   not null,
    state        text   not null,
    primary key (customer_id, changed_at)
);

create table value_strategic (
    customer_id   text    not null,
    from_day      date    not null,
    is_strategic  boolean not null,
    reason        text    not null,
    decided_by    text    not null,
    decided_at    timestamptz not null,
    primary key (customer_id, from_day)
);

-- Accounts to judge anew, from a day on. A customer's own facts stand under source ''.
create table value_dirty (
    source    text not null,
    code      text not null,
    from_day  date not null,
    primary key (source, code)
);

-- To which customer an account belonged when it was last judged.
create table value_home (
    source       text not null,
    code         text not null,
    customer_id  text not null,
    primary key (source, code)
);

create table value_state (
    customer_id   text    primary key,
    evaluated_to  date,
    revision      integer not null default 0
);

create table value_model (
    version    integer primary key,
    fitted_on  date    not null,
    customers  integer not null,
    body       text    not null
);

-- The classes, dated by days (valid_to is the last day) and by when we knew: what a later event corrects is closed by
-- superseded_at and kept.
create table class (
    class_id       bigint generated always as identity primary key,
    customer_id    text        not null,
    dimension      text        not null,
    value          text        not null,
    valid_from     date        not null,
    valid_to       date,
    reason         text        not null,
    model          integer     not null,
    recorded_at    timestamptz not null,
    superseded_at  timestamptz
);
create unique index class_current on class (customer_id, dimension, valid_from) where superseded_at is null;
create index class_open on class (dimension, value) where superseded_at is null and valid_to is null;

create index customer_merged on customer (merged_into) where merged_into is not null;
