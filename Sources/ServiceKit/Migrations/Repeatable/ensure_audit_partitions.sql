-- The doors of the owner for the months of the audit, as for the days of the inbox. Nobody has rights on a partition itself:
-- who writes and reads does so by the whole table. Who may call this is said where it is made first.
create or replace function ensure_audit_partitions(first_month date, last_month date) returns integer
language plpgsql security definer set search_path from current as $$
declare
    target   text;
    begins   timestamp;
    part     text;
    holder   text;
    made     integer := 0;
begin
    if not exists (
        select from unnest(array['audit_seen', 'audit_denied']) as t(name),
            generate_series(
                date_trunc('month', first_month::timestamp), last_month::timestamp, interval '1 month') as s(begins)
        where to_regclass(format('%I.%I', current_schema(), t.name || '_' || to_char(s.begins, 'YYYYMM'))) is null
    ) then
        return 0;
    end if;
    perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' partitions', 0));
    foreach target in array array['audit_seen', 'audit_denied'] loop
        begins := date_trunc('month', first_month::timestamp);
        while begins <= last_month loop
            part := target || '_' || to_char(begins, 'YYYYMM');
            if to_regclass(format('%I.%I', current_schema(), part)) is null then
                execute format('create table %I partition of %I for values from (%L) to (%L)', part, target,
                    begins at time zone 'utc', (begins + interval '1 month') at time zone 'utc');
                for holder in
                    select distinct a.grantee::regrole::text from pg_class c, aclexplode(c.relacl) a
                    where c.oid = format('%I.%I', current_schema(), part)::regclass
                        and a.grantee <> 0 and a.grantee <> c.relowner
                loop
                    execute format('revoke all on %I from %s', part, holder);
                end loop;
                made := made + 1;
            end if;
            begins := begins + interval '1 month';
        end loop;
    end loop;
    return made;
end $$;
