-- How often somebody has said whose order a complaint is about: what was told of it before is older.
alter table complaint add column order_settled integer not null default 0;

-- Who has said whose order is meant by complaints that named one which nobody had sent. Never changed.
create table complaint_order (
    settlement_id  bigint       generated always as identity primary key,
    source         text         not null,
    order_id       text         not null,
    meant          text         not null,
    complaints     text[]       not null,
    reason         text         not null,
    settled_by     text         not null,
    settled_at     timestamptz  not null
);
