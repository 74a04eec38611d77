create or replace function drop_partitions(inbox_before date, outbox_before date) returns integer
language plpgsql security definer set search_path from current as $$
declare
    part     record;
    dropped  integer := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' partitions', 0));
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
