-- A month of the audit goes once its last day is past the horizon. Who may call this is said where it is made first.
create or replace function drop_audit_partitions(first_kept date) returns integer
language plpgsql security definer set search_path from current as $$
declare
    part     text;
    dropped  integer := 0;
begin
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        -- In one condition: the names of others' partitions end in no month, and which of two is looked at first is the
        -- planner's affair.
        where case when i.inhparent in ('audit_seen'::regclass, 'audit_denied'::regclass)
            then to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month' <= first_kept end
    loop
        perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' partitions', 0));
        -- Another copy may have done it while this one waited.
        execute format('drop table if exists %I', part);
        dropped := dropped + 1;
    end loop;
    return dropped;
end $$;
