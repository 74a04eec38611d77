-- Whether customers as a whole want to be spoken with by a channel, as was said last.
create table contact_consent (
    source text not null,
    code text not null,
    channel text not null,
    state text not null,
    said_at timestamptz not null,
    primary key (source, code, channel)
);

-- Why a customer was not invited to answer; NULL when it was. An earlier release that runs beside this one holds nothing back.
alter table survey add column held_why text;
create index survey_held on survey (source, customer_code) where held_why is not null;
