-- Rate cards: by what things are sold and bought, for one customer, for a group of customers ('group/NAME') or for everybody ('*').
create table rate_card (
    card             text         primary key,
    -- sell or buy
    side             text         not null,
    audience         text         not null,
    customer_source  text,
    customer_code    text,
    price_group      text,
    said_by          text         not null,
    said_at          timestamptz  not null
);

-- Their rules. What a rule says never changes; it ends. A range that is empty is of a rule that was ended before it began.
create table rate_rule (
    card          text         not null,
    rule          text         not null,
    side          text         not null,
    audience      text         not null,
    service_item  text         not null,
    -- '*' for any place
    origin        text         not null,
    destination   text         not null,
    unit          text         not null,
    content       jsonb        not null,
    validity      daterange    not null,
    ends_on       date,
    said_by       text         not null,
    said_at       timestamptz  not null,
    ended_by      text,
    end_note      text,
    primary key (card, rule),
    -- Of what is for the same one rule holds at a time. A hash stands for the texts, because PostgreSQL by itself has no such
    -- constraint on texts.
    constraint rate_rule_holds_alone exclude using gist (
        int8range(
            hashtextextended(
                side || E'\x01' || audience || E'\x01' || service_item || E'\x01' || origin || E'\x01' || destination
                    || E'\x01' || unit, 0) >> 1,
            hashtextextended(
                side || E'\x01' || audience || E'\x01' || service_item || E'\x01' || origin || E'\x01' || destination
                    || E'\x01' || unit, 0) >> 1, '[]') with &&,
        validity with &&)
);
create index rate_rule_item on rate_rule (side, audience, service_item);

-- Which customers are a group, as far as prices go.
create table price_group (
    price_group  text         not null,
    source       text         not null,
    code         text         not null,
    said_by      text         not null,
    said_at      timestamptz  not null,
    primary key (price_group, source, code)
);
create index price_group_customer on price_group (source, code);
-- When a group was last said, also of one that nobody is in.
create table price_group_said (
    price_group  text         primary key,
    said_at      timestamptz  not null
);
