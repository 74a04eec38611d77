-- Who is named by a notice since somebody else looks after its customer than when it was raised: it holds for the revision that it
-- was worked out for, and is NULL while who was named is.
alter table notice add column moved_revision bigint;
alter table notice add column moved_owner text;
alter table notice add column moved_also_to text[] not null default '{}';
create index notice_customer on notice (customer_id) where revision > cleared_revision and customer_id is not null;

-- Whom records of customers have ever named for their accounts, an empty text for nobody; and what an account is by itself, before
-- and independent of its customer.
create table record_owner (
    source text not null,
    code text not null,
    own_id text not null,
    owner text not null,
    primary key (source, code, owner)
);
create index record_owner_own on record_owner (own_id);

-- Whose each account is, in the form of every service that keeps it.
create table account (
    source text not null,
    code text not null,
    customer_id text not null,
    sales_owner text,
    revision bigint not null,
    primary key (source, code)
);
create index account_customer on account (customer_id);

-- Who looks after customers, as sales says; in the form of every service that keeps it.
create table customer_owner (
    source text not null,
    code text not null,
    -- '*' for every line of which nothing is told by itself.
    business_line text not null,
    revision integer not null,
    -- from_day, until_day, owner, branch, handed_from, sharers
    periods jsonb not null,
    primary key (source, code, business_line)
);
