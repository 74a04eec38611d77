-- An item of the schedule that fails for a reason of its own is tried again later, and set aside in the end, so that what is
-- due beside it and after it goes on.

-- When an item that has failed is tried again, and what it failed with last; both null while it has not failed.
alter table schedule add column next_try_at timestamptz, add column last_error text;

-- What has failed as often as it is tried. It stays until an operator has it tried again or discards it. A daily task may
-- have several days here while its next day stands in the schedule, so the time is part of the key.
create table schedule_aside (
    task          text        not null,
    key           text        not null,
    due_at        timestamptz not null,
    payload       text        not null,
    attempts      integer     not null,
    last_error    text        not null,
    set_aside_at  timestamptz not null default now(),
    -- Set by an operator: the item is tried once more from then on.
    retry_at      timestamptz,
    primary key (task, key, due_at)
);
