-- What people have corrected of the golden record. Each is kept as what is said of the account after which the party is named,
-- so that it goes where that account goes; what counts no more stays, with who ended it and why.
create table golden_correction (
    correction_id  text        primary key,
    source         text        not null,
    code           text        not null,
    field          text        not null,
    value          text        not null,
    by_login       text        not null,
    reason         text        not null,
    decided_at     bigint      not null,
    taken_at       timestamptz not null,
    ended_by       text,
    ended_for      text,
    ended_at       timestamptz
);
create unique index golden_correction_standing on golden_correction (source, code, field) where ended_at is null;
create index golden_correction_account on golden_correction (source, code);
