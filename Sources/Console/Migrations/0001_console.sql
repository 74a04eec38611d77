-- What the console keeps: who may sign in here, who has, and what people have saved. Nothing of the business.

-- People who sign in with a password of the console's own. The login is the one that services know.
create table local_user (
    login text primary key,
    name text not null,
    -- As $scrypt$ln=16,r=8,p=1$SALT$HASH.
    password text not null,
    language text check (language in ('zh', 'en')),
    is_closed boolean not null default false,
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
);

-- A session is known by the SHA-256 of what the browser holds: whoever reads this table cannot go on as anybody.
create table session (
    digest text primary key,
    login text not null,
    name text not null,
    -- How the person has signed in: 'password' for a local user.
    way text not null check (way in ('password', 'oidc')),
    language text check (language in ('zh', 'en')),
    address text not null,
    agent text not null,
    began_at timestamptz not null,
    used_at timestamptz not null
);
create index session_login on session (login);
create index session_began_at on session (began_at);

-- Attempts to sign in that failed: they make the next one wait, for the same login and for the same address.
create table failed_sign_in (
    -- 'login' or 'address'
    kind text not null check (kind in ('login', 'address')),
    subject text not null,
    count integer not null,
    last_at timestamptz not null,
    primary key (kind, subject)
);

-- Personal tokens for programs. Shown once; kept as their SHA-256.
create table token (
    digest text primary key,
    login text not null,
    name text not null,
    -- 'read' asks questions; 'act' gives commands as well.
    scope text not null check (scope in ('read', 'act')),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    unique (login, name)
);

-- An address within the console under a name. A shared one widens nobody's rights: whoever opens it asks for themselves.
create table saved_view (
    id uuid primary key,
    login text not null,
    name text not null,
    address text not null,
    is_shared boolean not null default false,
    created_at timestamptz not null default now(),
    unique (login, name)
);

-- How far somebody has read in something, such as the notices.
create table mark (
    login text not null,
    subject text not null,
    value text not null,
    changed_at timestamptz not null default now(),
    primary key (login, subject)
);
