-- An act upon many records: what is the same for all of them, and what came of each. It is carried out while the person's page goes
-- on with it, so that nothing is done in the name of somebody who has left.
create table many_act (
    id uuid primary key,
    login text not null,
    -- The type of the message.
    type text not null,
    -- The list in which the records were chosen: an address within the console.
    address text not null check (address ~ '^/([!-.0-~][!-~]*)?$'),
    -- What was typed for all of them, as a form's values; nothing until it was.
    typed text,
    -- 'asked' until something was typed; 'begun' while it is carried out; 'stopped' by the person; 'ended' when each has its result.
    state text not null check (state in ('asked', 'begun', 'stopped', 'ended')),
    began_at timestamptz not null default now(),
    check (state = 'asked' or typed is not null)
);
create index many_act_login on many_act (login, began_at desc);
create index many_act_began_at on many_act (began_at);

create table many_record (
    act uuid not null references many_act (id) on delete cascade,
    number integer not null,
    -- What the record says of the message, as a form's values.
    said text not null,
    -- The message's identifier: given again it has no second effect.
    command uuid not null default gen_random_uuid(),
    result text check (result in ('done', 'refused')),
    reason text,
    detail text,
    primary key (act, number)
);
create index many_record_waiting on many_record (act, number) where result is null;
