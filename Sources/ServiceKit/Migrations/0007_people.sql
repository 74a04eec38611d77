-- Who belongs where and who may do what, as the customer service judges it: every service has it by itself, so that no question
-- has to ask another service. In the schema of the customer service these are the book itself.

-- What a node of the organisation is from a day to a day. All days of a node stand here in one revision: they are replaced as a
-- whole when a higher one comes.
create table organisation_node (
    node         text    not null,
    valid_from   date    not null,
    -- The last day; null while no end is known.
    valid_until  date,
    -- group, centre, division, branch or team
    kind         text    not null,
    parent       text,
    name         text    not null,
    -- Its name in English, when it is another.
    name_en      text,
    -- functional or business
    nature       text    not null,
    revision     bigint  not null,
    primary key (node, valid_from)
);
create index organisation_node_parent on organisation_node (parent);

-- Where a person is from a day to a day, as what and under whom; replaced as a whole as a node is.
create table organisation_person (
    login        text    not null,
    valid_from   date    not null,
    valid_until  date,
    name         text    not null,
    name_en      text,
    node         text    not null,
    position     text,
    manager      text,
    external_id  text,
    revision     bigint  not null,
    primary key (login, valid_from)
);
create index organisation_person_node on organisation_person (node);
create index organisation_person_manager on organisation_person (manager);

-- Who may do what: the policy of the highest version holds. All stay, because what was decided names the version by which it was.
create table permission_policy (
    version   bigint       primary key,
    document  jsonb        not null,
    set_by    text         not null,
    set_at    timestamptz  not null,
    reason    text         not null
);

-- A mark that is another one whenever any of the three tables has changed: what was read of them is kept until then.
create table people_mark (
    is_only  boolean  primary key default true check (is_only),
    mark     uuid     not null default gen_random_uuid()
);
insert into people_mark default values;
