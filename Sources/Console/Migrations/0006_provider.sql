-- Who signs in by the provider (OpenID Connect). A login is bound to the account by which it came first: names of accounts change,
-- and are given to others.
create table provider_person (
    login text primary key,
    issuer text not null,
    -- The account, by the name that never changes (the claim 'sub').
    subject text not null,
    is_closed boolean not null default false,
    bound_at timestamptz not null default now(),
    signed_in_at timestamptz not null default now(),
    unique (issuer, subject)
);

-- Sign-ins that have come back from the provider, by the SHA-256 of what they were known by: none comes in twice.
create table used_sign_in (
    digest text primary key,
    expires_at timestamptz not null
);
create index used_sign_in_expires_at on used_sign_in (expires_at);
