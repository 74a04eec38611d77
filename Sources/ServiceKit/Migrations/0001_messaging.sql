-- What every service stands on: which messages it has handled (inbox), which it still owes the world (outbox),
-- and what it has to do later (schedule).

-- One row a handled message. The key of a message is (source, id), the CloudEvents rule; the day only says which
-- partition holds it. Retention drops whole partitions.
create table inbox (
    source      text        not null,
    message_id  text        not null,
    day         date        not null,
    type        text        not null,
    handled_at  timestamptz not null default now(),
    primary key (source, message_id, day)
) partition by range (day);

create sequence outbox_id as bigint cache 1;

-- The messages themselves are written once and never changed; only the small row of outbox_pending comes and goes,
-- so that the bodies make no dead rows.
create table outbox (
    id           bigint      not null,
    day          date        not null default (now() at time zone 'utc')::date,
    exchange     text        not null,
    routing_key  text        not null,
    body         bytea       not null,
    recorded_at  timestamptz not null default now(),
    primary key (id, day)
) partition by range (day);

-- One row a message that the broker has not confirmed. Whoever holds the lease publishes it.
create table outbox_pending (
    id           bigint      primary key,
    day          date        not null default (now() at time zone 'utc')::date,
    lease_until  timestamptz not null,
    attempts     integer     not null default 0,
    recorded_at  timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);

-- Work for later, taken with SKIP LOCKED, so that any number of copies may run.
create table schedule (
    task      text        not null,
    key       text        not null,
    due_at    timestamptz not null,
    payload   text        not null default '',
    attempts  integer     not null default 0,
    primary key (task, key)
);
create index schedule_due on schedule (due_at);

-- Where the clock stands when it follows event time.
create table event_clock (
    singleton  boolean     primary key default true check (singleton),
    now        timestamptz not null
);

-- The application role owns nothing, so it asks the owner for partitions through these two doors.
create function ensure_partitions(first_day date, last_day date) returns integer
language plpgsql security definer set search_path from current as $$
declare
    target  text;
    d       date;
    made    integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('waybill partitions ' || current_schema()));
    foreach target in array array['inbox', 'outbox'] loop
        d := first_day;
        while d <= last_day loop
            if to_regclass(format('%I.%I', current_schema(), target || '_' || to_char(d, 'YYYYMMDD'))) is null then
                execute format('create table %I partition of %I for values from (%L) to (%L)',
                    target || '_' || to_char(d, 'YYYYMMDD'), target, d, d + 1);
                made := made + 1;
            end if;
            d := d + 1;
        end loop;
    end loop;
    return made;
end $$;

create function drop_partitions(inbox_before date, outbox_before date) returns integer
language plpgsql security definer set search_path from current as $$
declare
    part     record;
    dropped  integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('waybill partitions ' || current_schema()));
    for part in
        select c.relname as name, p.relname as parent, to_date(right(c.relname, 8), 'YYYYMMDD') as day
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        join pg_class p on p.oid = i.inhparent
        where p.oid in ('inbox'::regclass, 'outbox'::regclass)
    loop
        if (part.parent = 'inbox' and part.day < inbox_before)
            -- A message that the broker has not confirmed keeps its whole day alive.
            or (part.parent = 'outbox' and part.day < outbox_before
                and not exists (select from outbox_pending where outbox_pending.day = part.day))
        then
            execute format('drop table %I', part.name);
            dropped := dropped + 1;
        end if;
    end loop;
    return dropped;
end $$;

revoke all on function ensure_partitions(date, date), drop_partitions(date, date) from public;
