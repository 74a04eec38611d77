-- Who has to sign which quotes, version by version. Of those that have begun the one that began last holds.
create table quote_authority (
    version     integer      primary key,
    valid_from  date         not null,
    content     jsonb        not null,
    reason      text         not null,
    said_by     text         not null,
    said_at     timestamptz  not null
);

-- How each submission of a quote was decided: what was known of it then, which cell has decided, and who signs. It stays when the
-- quote is priced anew and submitted again.
create table quote_signing (
    quote_id      text         not null,
    number        integer      not null,
    revision      integer      not null,
    submitted_at  timestamptz  not null,
    content       jsonb        not null,
    primary key (quote_id, number)
);
create index quote_signing_submitted on quote_signing (submitted_at desc, quote_id, number);

-- How far customers are trusted, and whether their orders of a line of business are taken, as finance last told. Without a row:
-- trusted, and taken. The line of what is told of a customer as a whole is empty.
create table customer_standing (
    customer_id    text         not null,
    business_line  text         not null,
    state          text         not null,
    changed_at     timestamptz  not null,
    primary key (customer_id, business_line)
);
