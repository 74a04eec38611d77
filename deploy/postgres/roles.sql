-- One service's roles and schema; run in the database 'waybill' as a superuser, with the psql variables
-- service, migrate_password and app_password set. May be run again.
--
--   SERVICE_owner    owns the schema and all in it; nobody logs in as it
--   SERVICE_migrate  logs in to migrate, and becomes the owner for it
--   SERVICE_app      what the service runs as: reads and writes rows of its own schema, owns nothing
--   SERVICE_reader   what the service becomes for a question of somebody who does not see everything: it reads what the
--                    migrations grant to it, row by row by their policies; nobody logs in as it

\set owner :service _owner
\set migrate :service _migrate
\set app :service _app
\set reader :service _reader

select format('create role %I nologin', :'owner') where not exists (select from pg_roles where rolname = :'owner')
\gexec
select format('create role %I login noinherit', :'migrate')
where not exists (select from pg_roles where rolname = :'migrate')
\gexec
select format('create role %I login', :'app') where not exists (select from pg_roles where rolname = :'app')
\gexec
select format('create role %I nologin', :'reader') where not exists (select from pg_roles where rolname = :'reader')
\gexec

alter role :"migrate" password :'migrate_password';
alter role :"app" password :'app_password';
grant :"owner" to :"migrate";
-- What the reader is granted, the service has only while it is the reader: else each of its own statements would be planned by
-- the reader's policies as well.
alter role :"app" noinherit;
grant :"reader" to :"app";

create schema if not exists :"service" authorization :"owner";
revoke all on schema :"service" from public;
revoke all on schema public from public;
grant usage on schema :"service" to :"app", :"reader";
alter role :"app" in database waybill set search_path = :"service";
alter role :"migrate" in database waybill set search_path = :"service";

alter default privileges for role :"owner" in schema :"service"
    grant select, insert, update, delete on tables to :"app";
alter default privileges for role :"owner" in schema :"service" grant usage on sequences to :"app";
alter default privileges for role :"owner" in schema :"service" grant execute on functions to :"app";
