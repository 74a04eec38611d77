-- Who looks after a customer in a line of business on a day: what is said of it, and what follows from it.

-- Assignments, each as its highest revision says.
create table ownership_assignment (
    source           text         not null,
    assignment_id    text         not null,
    revision         integer      not null,
    fingerprint      text         not null,
    customer_source  text         not null,
    customer_code    text         not null,
    -- Null: every line that has no assignment of its own.
    business_line    text,
    from_day         date         not null,
    until_day        date,
    branch           text,
    is_withdrawn     boolean      not null,
    reason           text         not null,
    said_by          text         not null,
    assigned_at      timestamptz  not null,
    came_at          timestamptz  not null default now(),
    primary key (source, assignment_id)
);
create index ownership_assignment_customer on ownership_assignment (customer_source, customer_code);

-- To whom an assignment is, with shares in per cent that come to 100.
create table ownership_share (
    source         text          not null,
    assignment_id  text          not null,
    login          text          not null,
    share          numeric(7,4)  not null,
    primary key (source, assignment_id, login)
);

-- Handovers from one person to another, each as its highest revision says.
create table ownership_handover (
    source        text         not null,
    handover_id   text         not null,
    revision      integer      not null,
    fingerprint   text         not null,
    from_login    text         not null,
    to_login      text         not null,
    -- Whether it is of all customers, and not of those in ownership_handover_customer.
    is_whole      boolean      not null,
    from_day      date         not null,
    until_day     date,
    is_withdrawn  boolean      not null,
    reason        text         not null,
    said_by       text         not null,
    handed_at     timestamptz  not null,
    came_at       timestamptz  not null default now(),
    primary key (source, handover_id)
);
create index ownership_handover_to on ownership_handover (to_login);

create table ownership_handover_customer (
    source           text  not null,
    handover_id      text  not null,
    customer_source  text  not null,
    customer_code    text  not null,
    primary key (source, handover_id, customer_source, customer_code)
);
create index ownership_handover_customer_code on ownership_handover_customer (customer_source, customer_code);

-- The orders of an account in a line with which another owner or branch begins: from one to the next every order that names
-- an owner names the same. So it is a small table, however many orders there are.
create table ownership_order (
    source         text         not null,
    code           text         not null,
    business_line  text         not null,
    placed_at      timestamptz  not null,
    order_id       text         not null,
    sales_owner    text         not null,
    branch         text,
    primary key (source, code, business_line, placed_at, order_id)
);

-- What the customer's record said of its owner, by the number under which it was said; the first word holds before it, too.
create table ownership_record (
    source       text    not null,
    code         text    not null,
    said         bigint  not null,
    from_day     date    not null,
    sales_owner  text    not null,
    branch       text,
    primary key (source, code, said)
);
insert into ownership_record
select source, code, revision, date '1970-01-01', sales_owner, null from account where sales_owner is not null;

-- What follows: who looks after an account in a line from a day to a day. '*' stands for every line without rows of its own.
create table ownership (
    source         text          not null,
    code           text          not null,
    business_line  text          not null,
    from_day       date          not null,
    until_day      date,
    -- Several look after it together, the one with the greatest share first.
    place          integer       not null,
    -- Null: who looked after it has left, and nobody is above them.
    owner          text,
    share          numeric(7,4)  not null,
    -- assigned, inherited, order or record
    ground         text          not null,
    branch         text,
    -- Who has handed it over.
    handed_from    text,
    -- Who has left, for whom the owner acts until it is assigned, and the last day.
    acting_for     text,
    left_on        date,
    primary key (source, code, business_line, from_day, place)
);
create index ownership_owner on ownership (owner, from_day);
create index ownership_from_day on ownership (from_day);
create index ownership_acting_for on ownership (acting_for) where acting_for is not null;
create index ownership_handed_from on ownership (handed_from) where handed_from is not null;

-- What was told of it last to who keeps a copy, with its number.
create table ownership_told (
    source         text     not null,
    code           text     not null,
    business_line  text     not null,
    revision       integer  not null,
    fingerprint    text     not null,
    primary key (source, code, business_line)
);

-- For whom an owner of a notice or an anomaly acts because that one has left; and of which day the owner of a notice is, so
-- that the same word again does not give it back to who had it before.
alter table finance_notice add column acting_for text;
alter table finance_notice add column settled_on date;
alter table anomaly add column acting_for text;
create index finance_notice_customer on finance_notice (customer_id) where cleared_at is null and acknowledged_at is null;
create index anomaly_open on anomaly (source, customer_code) where cleared_at is null;

-- What is there already is worked out by the release that knows how, account after account.
insert into schedule (task, key, due_at)
select 'ownership.fill', '', now() where exists (select from account) or exists (select from orders);
