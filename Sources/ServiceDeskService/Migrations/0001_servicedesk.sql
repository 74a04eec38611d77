-- What is needed of an order to judge its delivery, and the delivery itself; either may come first.
create table delivery (
    source          text    not null,
    order_id        text    not null,
    order_revision  integer not null default 0,
    customer_code   text,
    branch          text,
    branch_known    boolean not null default true,
    business_line   text,
    promised_at     timestamptz,
    quantity        numeric(24,4),
    is_cancelled    boolean not null default false,
    done_revision   integer not null default 0,
    completed_at    timestamptz,
    on_time         boolean,
    damaged         boolean,
    quantity_delivered numeric(24,4),
    -- What the order adds to the counts, as last counted.
    counted_day     date,
    counted_late    boolean,
    counted_damaged boolean,
    counted_short   boolean,
    survey_id       text,
    primary key (source, order_id)
);
create index delivery_customer on delivery (source, customer_code);

-- How deliveries went, kept by signed deltas.
create table performance (
    source         text    not null,
    customer_code  text    not null,
    branch         text    not null,
    business_line  text    not null,
    day            date    not null,
    completed      integer not null,
    late           integer not null,
    damaged        integer not null,
    short          integer not null,
    primary key (source, customer_code, branch, business_line, day)
);

create table account (
    source       text    not null,
    code         text    not null,
    customer_id  text    not null,
    revision     bigint  not null,
    primary key (source, code)
);

create table survey (
    survey_id     text        primary key,
    source        text        not null,
    order_id      text        not null,
    customer_id   text        not null,
    rule          text        not null,
    requested_at  timestamptz not null
);
create index survey_customer on survey (customer_id, requested_at);
