-- What is agreed with customers, as sales tells of it: each as it stands.
create table agreement_replica (
    source         text    not null,
    agreement_id   text    not null,
    code           text    not null,
    revision       integer not null,
    kind           text    not null,
    title          text    not null,
    valid_from     date    not null,
    valid_until    date,
    renews         boolean,
    notice_days    integer,
    business_line  text,
    yearly_amount  numeric,
    currency       text,
    ended_on       date,
    primary key (source, agreement_id)
);
create index agreement_replica_code on agreement_replica (source, code);
