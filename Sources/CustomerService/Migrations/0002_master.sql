-- An account is written down before its home is found.
alter table account drop constraint account_customer_id_fkey;
-- A person may take apart what one credit code holds together.
alter table customer drop constraint customer_credit_code_key;
create index customer_credit_code on customer (credit_code);
-- What a customer's name rests on, and when it was said.
create index customer_name on customer (name);

alter table account add first_at bigint;
alter table account add identity_code text;
alter table account add own_id text;
alter table account add report_digest text;
update account set first_at = said_at,
    -- The account's own name: a UUID version 8 over source and code, as the services derive it.
    own_id = (
        select substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-8' || substr(h, 14, 3) || '-'
            || substr('89ab', (strpos('0123456789abcdef', substr(h, 17, 1)) - 1) % 4 + 1, 1) || substr(h, 18, 3)
            || '-' || substr(h, 21, 12)
        from encode(sha256(convert_to('8:customer' || octet_length(source) || ':' || source
            || octet_length(code) || ':' || code, 'UTF8')), 'hex') as h);
update account a set identity_code = c.credit_code from customer c
where c.customer_id = a.customer_id and upper(a.credit_code) = c.credit_code;
alter table account alter first_at set not null;
alter table account alter own_id set not null;
create unique index account_own on account (own_id);
create index account_identity_code on account (identity_code) where identity_code is not null;

-- Everything that was ever said of who an account is, each value once, by whom and when; nothing of it is deleted.
create table identity_value (
    source      text   not null,
    code        text   not null,
    field       text   not null,
    digest      text   not null,
    value       text   not null,
    channel     text   not null,
    first_at    bigint not null,
    last_at     bigint not null,
    -- Why the value is no evidence; it is kept all the same.
    fault       text,
    primary key (source, code, field, digest)
);
create index identity_value_fault on identity_value (fault) where fault is not null;

-- What accounts can be found by. A key that too many share says nothing; its size is counted on all the same.
create table block (
    key   bigint  primary key,
    size  integer not null
);
create table block_member (
    key     bigint not null,
    source  text   not null,
    code    text   not null,
    primary key (key, source, code)
);
create index block_member_account on block_member (source, code);

-- Pairs that are, or may be, one party. What a person has not decided, and what does not stand in one party already, is
-- the review queue.
create table match_edge (
    pair_id       text             primary key,
    one_source    text             not null,
    one_code      text             not null,
    other_source  text             not null,
    other_code    text             not null,
    probability   double precision not null,
    verdict       text             not null,
    evidence      jsonb            not null,
    found_at      timestamptz      not null,
    unique (one_source, one_code, other_source, other_code)
);
create index match_edge_other on match_edge (other_source, other_code);
create index match_edge_probability on match_edge (probability desc, pair_id);

-- What people decided. A decision that is undone stays, and counts no more.
create table decision (
    decision_id  text        primary key,
    kind         text        not null,
    parties      text[]      not null,
    pair_id      text,
    by_login     text        not null,
    reason       text,
    decided_at   bigint      not null,
    taken_at     timestamptz not null,
    undone_by    text,
    undone_for   text,
    undone_at    timestamptz
);
create index decision_pair on decision (pair_id) where pair_id is not null;
create index decision_parties on decision using gin (parties);
create table decision_link (
    decision_id   text    not null references decision,
    is_same       boolean not null,
    one_source    text    not null,
    one_code      text    not null,
    other_source  text    not null,
    other_code    text    not null,
    primary key (decision_id, one_source, one_code, other_source, other_code)
);
create index decision_link_one on decision_link (one_source, one_code);
create index decision_link_other on decision_link (other_source, other_code);

-- To whom an account belonged, from when on, and by what.
create table membership (
    source           text        not null,
    code             text        not null,
    homing_revision  integer     not null,
    customer_id      text        not null,
    from_at          timestamptz not null,
    decision_id      text,
    primary key (source, code, homing_revision)
);
create index membership_customer on membership (customer_id);
insert into membership (source, code, homing_revision, customer_id, from_at)
select source, code, homing_revision, customer_id, now() from account;
insert into identity_value (source, code, field, digest, value, channel, first_at, last_at)
select source, code, 'name', md5(name), name, 'ordered', said_at, said_at from account where name <> ''
union all
select source, code, 'creditCode', md5(credit_code), credit_code, 'ordered', said_at, said_at
from account where credit_code <> '';

-- Suppliers by name: a party with the same valid credit code is both.
create table supplier_name (
    source       text   not null,
    code         text   not null,
    name         text   not null,
    credit_code  text,
    said_at      bigint not null,
    primary key (source, code)
);
create index supplier_name_code on supplier_name (credit_code) where credit_code is not null;
