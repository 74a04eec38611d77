-- The ledger: every message of a service has a number without gaps in its lane, so that whoever reads it can tell what
-- is missing without asking. A number is per type, because a type names exchange, key and readers; lanes let
-- several transactions number messages at the same time, each in a lane of its own.

create table outbox_count (
    lane         smallint  not null,
    routing_key  text      not null,
    last         bigint    not null,
    primary key (lane, routing_key)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

alter table outbox add column lane smallint, add column number bigint;

-- Only messages of our own services have a place; those of other systems cost nothing here.
alter table inbox add column lane smallint, add column number bigint;
create index inbox_ledger on inbox (source, type, lane, number) where number is not null;

-- The highest number handled in a lane when it was last looked through, and what was missing below.
create table ledger_mark (
    source  text      not null,
    type    text      not null,
    lane    smallint  not null,
    high    bigint    not null,
    primary key (source, type, lane)
);

create table ledger_hole (
    source    text         not null,
    type      text         not null,
    lane      smallint     not null,
    number    bigint       not null,
    found_at  timestamptz  not null default now(),
    primary key (source, type, lane, number)
);
