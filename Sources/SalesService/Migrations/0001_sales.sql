-- An order as sales needs it: who looks after it, what it counts for, and what finance said of it.
create table orders (
    source          text          not null,
    order_id        text          not null,
    revision        integer       not null default 0,
    is_cancelled    boolean       not null default false,
    customer_code   text,
    business_line   text,
    branch          text,
    sales_owner     text,
    placed_at       timestamptz,
    week            date,
    currency        text,
    amount          numeric(24,4),
    decision        text,
    decision_rule   text,
    decided_revision integer      not null default 0,
    primary key (source, order_id)
);
create index orders_owner on orders (sales_owner) where sales_owner is not null;

-- Orders and revenue of an account in a line of business by week, kept by signed deltas.
create table series_week (
    source         text          not null,
    customer_code  text          not null,
    business_line  text          not null,
    week           date          not null,
    orders         integer       not null,
    amount         numeric(24,4) not null,
    primary key (source, customer_code, business_line, week)
);
create index series_week_week on series_week (week);

-- The last fifty order amounts of each series, for the test of a single odd order.
create table series_recent (
    source         text not null,
    customer_code  text not null,
    business_line  text not null,
    amounts        text not null,
    primary key (source, customer_code, business_line)
);

create table account (
    source       text   not null,
    code         text   not null,
    customer_id  text   not null,
    name         text,
    sales_owner  text,
    revision     bigint not null,
    primary key (source, code)
);

create table anomaly (
    anomaly_id     text          primary key,
    kind           text          not null,
    direction      text          not null,
    metric         text          not null,
    source         text          not null,
    customer_code  text          not null,
    business_line  text          not null,
    owner          text,
    order_id       text,
    baseline       numeric(19,4) not null,
    observed       numeric(19,4) not null,
    score          numeric(19,4) not null,
    raised_at      timestamptz   not null,
    cleared_at     timestamptz,
    calm_weeks     integer       not null default 0
);
create index anomaly_key on anomaly (source, customer_code, business_line, metric, direction);

-- Margin alerts and acceptance, as finance tells them, so that a sales person sees them.
create table finance_notice (
    notice_id      text        primary key,
    kind           text        not null,
    customer_id    text        not null,
    business_line  text        not null,
    sales_owner    text,
    order_id       text,
    detail         text        not null,
    told_at        timestamptz not null,
    cleared_at     timestamptz
);
