-- What is agreed with customers: each as the highest revision says.
create table agreement (
    source         text    not null,
    agreement_id   text    not null,
    revision       integer not null,
    fingerprint    text    not null,
    customer_code  text    not null,
    kind           text    not null,
    title          text    not null,
    valid_from     date    not null,
    valid_until    date,
    renews         boolean,
    notice_days    integer,
    business_line  text,
    yearly_amount  numeric(24,4),
    currency       text,
    ended_on       date,
    said_by        text    not null,
    primary key (source, agreement_id)
);
create index agreement_customer on agreement (source, customer_code);
create index agreement_ends on agreement (valid_until) where valid_until is not null and ended_on is null;
