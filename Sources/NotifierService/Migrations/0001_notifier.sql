-- What was said, as far as it is known: of a notice that was cleared before it was raised there is only the clearing.
create table notice (
    notice_id text primary key,
    -- The highest revision of what was said, 0 before anything was; and of the clearing, 0 when there was none. It is open
    -- while more was said than cleared.
    revision bigint not null default 0,
    cleared_revision bigint not null default 0,
    service text,
    kind text not null default '',
    object_kind text not null default '',
    object_source text,
    object_id text not null default '',
    severity smallint not null default 0,
    at_stake numeric,
    currency text,
    customer_id text,
    business_line text,
    node text,
    owner text,
    also_to text[] not null default '{}',
    facts text not null default '[]',
    next_step text,
    due_at timestamptz,
    expires_at timestamptz,
    happened_at timestamptz,
    cleared_at timestamptz,
    cleared_why text,
    -- Nobody but a manager above, or the operator, is responsible: the word for it, or NULL.
    told_instead text
);
create index notice_open on notice (notice_id) where revision > cleared_revision;
create index notice_owner on notice (owner) where revision > cleared_revision;

-- Whom a notice is told, and what they have done with it.
create table recipient (
    notice_id text not null references notice,
    login text not null,
    role text not null,
    since timestamptz not null,
    -- From when on they were no addressee any more.
    until timestamptz,
    -- How often there was reason to tell them: first, opened again, more severe, at the end of a pause.
    occasion integer not null,
    told_revision bigint not null,
    told_severity smallint not null,
    read_at timestamptz,
    read_by text,
    acknowledged_at timestamptz,
    snoozed_until timestamptz,
    done_at timestamptz,
    primary key (notice_id, login)
);
create index recipient_login on recipient (login, notice_id) where until is null;

-- By which state of people and policy, and of which day, open notices were addressed last.
create table addressed (
    only_one boolean primary key default true check (only_one),
    mark text not null,
    day date not null
);

-- How people want to be told.
create table reader (
    login text primary key,
    language text not null,
    zone text,
    quiet_from smallint,
    quiet_until smallint,
    working_days boolean not null,
    severity text,
    -- Channels and addresses in their order; kinds, channels and modes.
    addresses text not null,
    choices text not null,
    said_at timestamptz not null,
    said_by text not null,
    said_id text not null
);

-- What is handed over to a person by a channel: one notice, or many together.
create table handover (
    handover_id text primary key,
    login text not null,
    channel text not null,
    -- The server of the channels' file by which it goes.
    server text not null,
    address text not null,
    mode text not null,
    -- Whether it is of one notice, as soon as it is known: so many of them in a while are a storm.
    is_alone boolean not null,
    created_at timestamptz not null,
    due_at timestamptz not null,
    severity smallint not null,
    -- What came of it: queued, handed-over, refused, expired, read.
    state text not null,
    attempts integer not null default 0,
    next_try_at timestamptz not null,
    -- Until when a copy has it in hand: after that another one takes it.
    taken_until timestamptz,
    server_words text,
    ended_at timestamptz
);
create index handover_queued on handover (server, severity desc, due_at, handover_id) where state = 'queued';
create index handover_login on handover (login, channel, created_at);
create index handover_ended on handover (ended_at) where ended_at is not null;

-- What is in a handover. A notice is in one handover of a person by a channel on one occasion.
create table handover_notice (
    handover_id text not null references handover,
    notice_id text not null references notice,
    login text not null,
    channel text not null,
    occasion integer not null,
    primary key (notice_id, login, channel, occasion)
);
create index handover_notice_handover on handover_notice (handover_id);

-- How many handovers a server got in a minute.
create table server_minute (
    server text not null,
    minute timestamptz not null,
    handed integer not null,
    primary key (server, minute)
);

-- Until when a server wants to be left alone, by its own word.
create table server_pause (
    server text primary key,
    until timestamptz not null,
    server_words text not null
);
