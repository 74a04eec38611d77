-- A token is a person's, by the login, or a partner's, by its name in the file of partners; the scopes are those of the HTTP
-- API. What there was of it before could be made by no command.
drop table token;

create table token (
    -- The SHA-256 of what is shown once.
    digest text primary key,
    kind text not null check (kind in ('person', 'partner')),
    login text not null,
    name text not null,
    -- With commas between.
    scopes text not null check (scopes ~ '^(ask|export|act|publish|hear)(,(ask|export|act|publish|hear))*$'),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    unique (kind, login, name)
);
