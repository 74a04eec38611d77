-- Until when a target of a server wants to be left alone, by its own word: a webhook or robot that says so keeps nobody else's waiting.
-- What matters is tried again earlier. A pause of a whole server, server_pause, is written by nobody any more.
create table target_pause (
    server text not null,
    address text not null,
    until timestamptz not null,
    mattering_until timestamptz not null,
    server_words text not null,
    primary key (server, address)
);

-- When the next channel was asked as well, because this one had waited for too long; NULL while it was not.
alter table handover add column another_at timestamptz;
create index handover_unasked on handover (severity desc, due_at) where state = 'queued' and another_at is null;
create index handover_asked on handover (severity desc, due_at) where state = 'queued' and another_at is not null;
