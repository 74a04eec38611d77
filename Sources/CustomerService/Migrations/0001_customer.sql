create table customer (
    customer_id  text        primary key,
    revision     integer     not null,
    founded_at   timestamptz not null,
    name         text,
    credit_code  text        unique,
    branch       text,
    sales_owner  text,
    merged_into  text,
    changed_at   timestamptz not null
);

-- A code that a source gave a customer, with what the source last said of it.
create table account (
    source          text    not null,
    code            text    not null,
    customer_id     text    not null references customer,
    homing_revision integer not null,
    name            text,
    credit_code     text,
    branch          text,
    sales_owner     text,
    said_at         bigint  not null,
    primary key (source, code)
);
create index account_customer on account (customer_id);

-- What a person has to look at: contradictions that no rule may decide.
create table review (
    review_id    text        primary key,
    customer_id  text        not null,
    reason       text        not null,
    detail       text        not null,
    opened_at    timestamptz not null
);

-- What happened with a customer, as other services and systems told it.
create table timeline (
    source       text        not null,
    event_id     text        not null,
    account_source text,
    code         text        not null,
    customer_id  text,
    kind         text        not null,
    detail       text        not null,
    happened_at  timestamptz not null,
    primary key (source, event_id)
);
create index timeline_code on timeline (code);

-- Branches that no organisation tree has: accepted, and counted here.
create table unknown_branch (
    branch   text   primary key,
    orders   bigint not null
);
