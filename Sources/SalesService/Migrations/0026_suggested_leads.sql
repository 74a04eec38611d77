-- What was told the service desk last of each need that it saw: how many words there were, and in short what the last one said.
create table suggestion_told (
    suggestion_id  text     primary key,
    revision       integer  not null,
    mark           text     not null
);
