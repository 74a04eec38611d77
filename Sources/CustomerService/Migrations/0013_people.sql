-- What was said of nodes of the organisation and of people, and was taken over: each revision with all its days, by whom it was
-- said, when and why. What holds of it stands in organisation_node and organisation_person.
create table people_word (
    -- node or person
    subject      text         not null check (subject in ('node', 'person')),
    -- the node's code, the person's login
    key          text         not null,
    revision     bigint       not null,
    -- All days, as the message that tells them has them.
    life         jsonb        not null,
    -- When it was written down where it comes from, also what was said again later: what was written down before that is
    -- passed over.
    recorded_at  timestamptz  not null,
    source       text         not null,
    message_id   text         not null,
    said_by      text,
    reason       text,
    taken_at     timestamptz  not null,
    primary key (subject, key, revision)
);
