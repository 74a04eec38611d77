-- Quotes, revision by revision, with what their lines came to when they were priced. Of a quote one revision is not superseded.
create table quote_revision (
    quote_id         text           not null,
    revision         integer        not null,
    state            text           not null,
    customer_source  text           not null,
    customer_code    text           not null,
    title            text,
    owner            text           not null,
    branch           text,
    business_line    text,
    opportunity_id   text,
    currency         text           not null,
    -- NULL while a line has no price, or no cost that is known.
    amount           numeric(24,4),
    listed           numeric(24,4),
    cost             numeric(24,4),
    valid_until      date           not null,
    content          jsonb          not null,
    changed_at       timestamptz    not null,
    primary key (quote_id, revision)
);
create unique index quote_revision_valid on quote_revision (quote_id) where state <> 'superseded';
create index quote_revision_changed on quote_revision (changed_at desc, quote_id);
create index quote_revision_customer on quote_revision (customer_source, customer_code);

-- What was done about them, by whom.
create table quote_event (
    quote_id  text         not null,
    number    integer      not null,
    revision  integer      not null,
    what      text         not null,
    done_by   text         not null,
    done_at   timestamptz  not null,
    note      text,
    primary key (quote_id, number)
);
