-- Who saw personal data or took data out, who was denied something, and what operators did with messages. Rows are only added:
-- the application role may insert and read them and nothing else, and a trigger refuses everybody a change. What was seen and
-- denied goes by whole months, when retention drops their partitions; what was done stays for good.

-- One row for an answer that told personal data, or that was asked for to be taken out as a file. It names objects and columns,
-- never what stood in them.
create table audit_seen (
    entry           text         not null,
    at              timestamptz  not null,
    -- Empty when who asked could not be told.
    person          text,
    -- Whose rights were used, when somebody stood in for another.
    on_behalf_of    text,
    -- user and edge are verified by the broker; word is the person's own word only, in the demo profile.
    proof           text         check (proof in ('user', 'edge', 'word')),
    broker_user     text,
    question        text         not null,
    kind            text,
    -- The parameters that name objects, as name=value.
    parameters      text         not null default '',
    -- What they name, and the keys of the rows that told personal data.
    objects         text[]       not null default '{}',
    -- The columns of personal data that were told, as table.column.
    columns         text[]       not null default '{}',
    row_count       bigint       not null,
    is_export       boolean      not null,
    -- More than one where answers could not be kept apart: then no objects are named.
    answers         bigint       not null default 1,
    line            text,
    policy_version  bigint,
    primary key (entry, at)
) partition by range (at);
-- In the order in which the audit is told.
create index audit_seen_at on audit_seen (at desc, entry);
create index audit_seen_person on audit_seen (person, at);
create index audit_seen_objects on audit_seen using gin (objects);

-- One row for a question or a command that was refused because whoever gave it may not. The values that it came with are not kept.
create table audit_denied (
    entry           text         not null,
    at              timestamptz  not null,
    person          text,
    on_behalf_of    text,
    proof           text         check (proof in ('user', 'edge', 'word')),
    broker_user     text,
    -- The question, or the type of the command.
    asked           text         not null,
    is_act          boolean      not null,
    kind            text,
    parameters      text         not null default '',
    objects         text[]       not null default '{}',
    reason          text         not null,
    path            text         not null,
    answers         bigint       not null default 1,
    line            text,
    policy_version  bigint,
    primary key (entry, at)
) partition by range (at);
create index audit_denied_at on audit_denied (at desc, entry);
create index audit_denied_person on audit_denied (person, at);
create index audit_denied_objects on audit_denied using gin (objects);

-- What operators did with refused messages, and who tried to speak for whom: every service tells it by the exchange of the audit,
-- and one service keeps it. The digest of a record names it: however often it comes, it is there once.
create table audit_operation (
    digest       text         primary key,
    at           timestamptz  not null,
    who          text         not null,
    broker_user  text         not null,
    act          text         not null,
    why          text,
    service      text,
    message_id   text,
    source       text,
    type         text,
    reason       text,
    body_digest  text
);
create index audit_operation_at on audit_operation (at desc, digest);
create index audit_operation_message on audit_operation (message_id);

-- Under which rule somebody acted, for whom, and what it was about.
alter table act
    add column on_behalf_of text, add column kind text, add column objects text[] not null default '{}',
    add column line text, add column policy_version bigint;
create index act_at on act (at desc, ('act-' || act_id::text));
create index act_objects on act using gin (objects);

create function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
    raise exception 'what the audit says is never changed' using errcode = 'restrict_violation';
end $$;
create trigger audit_seen_is_only_added before update or delete on audit_seen
    for each row execute function refuse_change_of_audit();
create trigger audit_denied_is_only_added before update or delete on audit_denied
    for each row execute function refuse_change_of_audit();
create trigger audit_operation_is_only_added before update or delete on audit_operation
    for each row execute function refuse_change_of_audit();
create trigger act_is_only_added before update or delete on act
    for each row execute function refuse_change_of_audit();

-- Every table gives the application role all rights from its beginning; of these it keeps inserting and reading.
do $$
declare
    target  regclass;
    holder  text;
begin
    foreach target in array array['audit_seen', 'audit_denied', 'audit_operation', 'act']::regclass[] loop
        for holder in
            select distinct a.grantee::regrole::text from pg_class c, aclexplode(c.relacl) a
            where c.oid = target and a.grantee <> 0 and a.grantee <> c.relowner
        loop
            execute format('revoke update, delete, truncate on %s from %s', target, holder);
        end loop;
    end loop;
end $$;

-- The doors of the owner for the months of the audit, as for the days of the inbox. Nobody has rights on a partition itself:
-- who writes and reads does so by the whole table.
create function ensure_audit_partitions(first_month date, last_month date) returns integer
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

-- A month goes once its last day is past the horizon.
create function drop_audit_partitions(first_kept date) returns integer
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

revoke all on function ensure_audit_partitions(date, date), drop_audit_partitions(date) from public;
