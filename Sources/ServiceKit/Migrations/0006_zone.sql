-- The zone by whose days the rows of this schema were booked. Days are stored, and mean another time in another zone: whoever
-- starts first writes its zone down, and nobody starts in another.
create table organisation_zone (
    is_only    boolean     primary key default true check (is_only),
    name       text        not null,
    chosen_at  timestamptz not null default now()
);

-- What releases before this one have booked, they have booked by China's days: in a schema that is new the service's own
-- migrations come after this one.
insert into organisation_zone (name)
select 'Asia/Shanghai' where exists (select from schema_migration where component <> 'host');
