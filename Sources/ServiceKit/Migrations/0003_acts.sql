-- What people have had carried out by commands: who it was and how that is known, and the answer they got, so that the same
-- command again gets the same answer. A row is written in the transaction of the command and is never changed or dropped.

create table act (
    act_id        bigint       generated always as identity primary key,
    -- With the identifier the name by which the inbox knows the command.
    inbox_source  text         not null,
    message_id    text         not null,
    type          text         not null,
    person        text         not null,
    -- user and edge are verified by the broker; word is the command's own word only, in the demo profile.
    proof         text         not null check (proof in ('user', 'edge', 'word')),
    broker_user   text,
    -- The source that the command named: whose numbers it speaks of.
    source        text         not null,
    digest        text         not null,
    answer        bytea        not null,
    at            timestamptz  not null,
    unique (inbox_source, message_id)
);
create index act_person on act (person, act_id);
