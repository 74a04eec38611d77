-- The exchange rates that people have loaded while the service ran: they hold above those of its file. None is ever
-- replaced; of two for one day the one of the higher revision holds.
create table exchange_rate_load (
    revision    bigint      generated always as identity primary key,
    loaded_by   text        not null,
    loaded_at   timestamptz not null
);

create table exchange_rate (
    revision    bigint         not null references exchange_rate_load,
    currency    text           not null,
    from_day    date           not null,
    cny         numeric(17, 8) not null,
    primary key (currency, from_day, revision)
);
