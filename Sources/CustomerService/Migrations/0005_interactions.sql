-- The secret by which persons are told apart without their names being written anywhere.
create table privacy_secret (
    singleton  boolean  primary key default true check (singleton),
    secret     bytea    not null
);

-- A person at a customer, known by a keyed digest only, with the key of everything personal that is kept of it. Without
-- the key nothing of that can be read any more, here or in a backup of what was sealed with it.
create table person (
    person_id  text  primary key,
    source     text  not null,
    code       text  not null,
    key        bytea
);
create index person_code on person (source, code);

-- Every contact with a customer, once and for ever: when, how, and by whom of us.
create table interaction (
    source          text        not null,
    channel         text        not null,
    interaction_id  text        not null,
    code            text        not null,
    person_id       text        not null,
    said_by         text        not null,
    happened_at     timestamptz not null,
    primary key (source, channel, interaction_id)
);
create index interaction_code on interaction (source, code, happened_at);
create index interaction_person on interaction (person_id);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger of interactions is not changed: log another one';
end $$;
create trigger interaction_is_immutable before update or delete on interaction
    for each statement execute function refuse_change();

-- With whom, and what was said: sealed, apart from the ledger, and gone when its time is over.
create table interaction_payload (
    source          text   not null,
    channel         text   not null,
    interaction_id  text   not null,
    sealed          bytea  not null,
    primary key (source, channel, interaction_id)
);

create table consent (
    source       text        not null,
    code         text        not null,
    person_id    text        not null,
    is_whole     boolean     not null,
    channel      text        not null,
    state        text        not null,
    said_at      timestamptz not null,
    recorded_by  text        not null,
    primary key (person_id, channel)
);
create index consent_code on consent (source, code);

-- Who asked when that a person be forgotten; without a person, everybody at the customer.
create table erasure (
    erasure_id    text        primary key,
    source        text        not null,
    code          text        not null,
    person_id     text,
    asked_by      text        not null,
    asked_at      timestamptz not null,
    done_at       timestamptz not null,
    interactions  integer     not null
);
create index erasure_code on erasure (source, code);

-- Which key customers have been told of because nobody spoke with them.
create table contact_lapse (
    customer_id      text        primary key,
    last_contact_at  timestamptz,
    told_at          timestamptz not null
);

-- What was said before it was sealed stood in the timeline; only who said it stays there.
insert into interaction (source, channel, interaction_id, code, person_id, said_by, happened_at)
select source, split_part(kind, ': ', 2), event_id, code, '', split_part(detail, ': ', 1), happened_at
from timeline where kind like 'interaction: %' on conflict do nothing;
update timeline set detail = split_part(detail, ': ', 1) where kind like 'interaction: %';
