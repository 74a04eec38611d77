-- The application role owns nothing, so it asks the owner for partitions through these two doors.
create or replace function ensure_partitions(first_day date, last_day date) returns integer
language plpgsql security definer set search_path from current as $$
declare
    target  text;
    d       date;
    made    integer := 0;
begin
    -- Whoever drops a partition holds the lock until its reader has gone. Nearly always there is nothing to make.
    if not exists (
        select from unnest(array['inbox', 'outbox']) as t(name), generate_series(0, last_day - first_day) as s(n)
        where to_regclass(format('%I.%I', current_schema(), t.name || '_' || to_char(first_day + s.n, 'YYYYMMDD'))) is null
    ) then
        return 0;
    end if;
    perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' partitions', 0));
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
