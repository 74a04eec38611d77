-- One service's roles and schema; run in the database 'waybill' as a superuser, with the psql variables
-- service, migrate_password and app_password set. May be run again.
--
--   SERVICE_owner    owns the schema and all in it; nobody logs in as it
--   SERVICE_migrate  logs in to migrate, and becomes the owner for it
--   SERVICE_app      what the service runs as: reads and writes rows of its own schema, owns nothing

\set owner :service _owner
\set migrate :service _migrate
\set app :service _app

select format('create role %I nologin', :'owner') where not exists (select from pg_roles where rolname = :'owner')
\gexec
select format('create role %I login noinherit', :'migrate')
where not exists (select from pg_roles where rolname = :'migrate')
\gexec
select format('create role %I login', :'app') where not exists (select from pg_roles where rolname = :'app')
\gexec

alter role :"migrate" password :'migrate_password';
alter role :"app" password :'app_password';
grant :"owner" to :"migrate";

create schema if not exists :"service" authorization :"owner";
revoke all on schema :"service" from public;
revoke all on schema public from public;
grant usage on schema :"service" to :"app";
alter role :"app" in database waybill set search_path = :"service";
alter role :"migrate" in database waybill set search_path = :"service";

alter default privileges for role :"owner" in schema :"service"
    grant select, insert, update, delete on tables to :"app";
alter default privileges for role :"owner" in schema :"service" grant usage on sequences to :"app";
alter default privileges for role :"owner" in schema :"service" grant execute on functions to :"app";
