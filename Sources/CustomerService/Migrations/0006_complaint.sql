-- Complaints as the service desk tells of them: each as it stands.
create table complaint_replica (
    source        text        not null,
    complaint_id  text        not null,
    code          text        not null,
    order_id      text,
    category      text        not null,
    severity      text        not null,
    state         text        not null,
    state_by      text        not null,
    note          text,
    promised_at   timestamptz,
    opened_at     timestamptz not null,
    state_at      timestamptz not null,
    revision      integer     not null,
    primary key (source, complaint_id)
);
create index complaint_replica_code on complaint_replica (source, code);
