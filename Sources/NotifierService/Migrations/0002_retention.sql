-- Who is told notices and has no address that a server reaches: they find them in their inbox alone.
create table unreached (
    login text primary key,
    -- Since when, and when it was found last.
    since timestamptz not null,
    last_at timestamptz not null,
    -- How many notices they were not told since.
    notices integer not null
);

-- What is past its time is found by these.
create index notice_cleared on notice (cleared_at) where revision <= cleared_revision;
create index notice_expired on notice (expires_at) where expires_at is not null;
