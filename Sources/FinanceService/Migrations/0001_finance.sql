-- An order as it stands, one row, its lines in one column: they are read again only when a late cost comes, and
-- writing them apart would make several rows of every order.
create table orders (
    source           text          not null,
    order_id         text          not null,
    version          integer       not null,
    revision         integer       not null,
    fingerprint      bigint        not null,
    is_cancelled     boolean       not null,
    customer_code    text          not null,
    business_line    text          not null,
    branch           text          not null,
    sales_owner      text,
    placed_at        timestamptz   not null,
    day              date          not null,
    currency         text          not null,
    lines            text          not null,
    revenue          numeric(24,4) not null,
    known_revenue    numeric(24,4) not null,
    cost             numeric(24,4) not null,
    is_counted       boolean       not null,
    is_provisional   boolean       not null,
    open_severity    text,
    low_raised       integer       not null,
    negative_raised  integer       not null,
    decision         text,
    decision_rule    text,
    override_id      text,
    override_amount  numeric(24,4),
    primary key (source, order_id)
);

-- Costs that came by a message of their own. A cost may come before its order and waits for it here.
create table cost (
    source        text          not null,
    cost_id       text          not null,
    order_id      text          not null,
    line          integer       not null,
    supplier_code text          not null,
    state         smallint      not null,
    amount        numeric(19,4) not null,
    currency      text          not null,
    day           date          not null,
    primary key (source, cost_id)
);
create index cost_order on cost (source, order_id);

-- Which customer an account is. Revision 0 is our own guess, made when an order came before its customer.
create table account (
    source       text    not null,
    code         text    not null,
    customer_id  text    not null,
    name         text,
    branch       text,
    sales_owner  text,
    revision     integer not null,
    primary key (source, code)
);
create index account_customer on account (customer_id);

-- What an account's orders of a day came to, over the lines whose cost is known; kept by signed deltas.
create table account_line_day (
    source         text          not null,
    code           text          not null,
    business_line  text          not null,
    day            date          not null,
    currency       text          not null,
    orders         integer       not null,
    revenue        numeric(24,4) not null,
    cost           numeric(24,4) not null,
    primary key (source, code, business_line, day, currency)
);
create index account_line_day_day on account_line_day (day);

-- What the daily evaluations remember of a customer's business; the line '*' is all of it.
create table standing (
    customer_id      text          not null,
    business_line    text          not null,
    state            text          not null,
    negatives        integer       not null,
    breaches         integer       not null,
    releases         integer       not null,
    open_severity    text,
    low_raised       integer       not null,
    negative_raised  integer       not null,
    orders           integer       not null,
    revenue          numeric(24,4) not null,
    cost             numeric(24,4) not null,
    currency         text          not null,
    evaluated_day    date          not null,
    primary key (customer_id, business_line)
);

create table acceptance_override (
    override_id    text          primary key,
    customer_id    text          not null,
    business_line  text          not null,
    valid_from     date          not null,
    valid_to       date          not null,
    cap            numeric(19,4) not null,
    currency       text          not null,
    used           numeric(24,4) not null default 0,
    reason         text          not null,
    approved_by    text          not null,
    check (used <= cap and valid_from <= valid_to)
);
create index acceptance_override_key on acceptance_override (customer_id, business_line);

create table alert (
    alert_id       text          primary key,
    level          text          not null,
    severity       text          not null,
    source         text,
    order_id       text,
    customer_id    text          not null,
    customer_code  text          not null,
    business_line  text          not null,
    branch         text          not null,
    sales_owner    text,
    revenue        numeric(24,4) not null,
    cost           numeric(24,4) not null,
    currency       text          not null,
    raised_at      timestamptz   not null,
    cleared_at     timestamptz,
    clearing       text
);
create index alert_open on alert (raised_at) where cleared_at is null;
create index alert_order on alert (source, order_id);

create table supplier_account (
    source       text    not null,
    code         text    not null,
    supplier_id  text    not null,
    name         text,
    revision     integer not null,
    primary key (source, code)
);

create table supplier_bias (
    supplier_id   text          not null,
    service_item  text          not null,
    stage         text          not null,
    ratio         numeric(19,4) not null,
    observations  integer       not null,
    as_of         timestamptz   not null,
    primary key (supplier_id, service_item, stage)
);
