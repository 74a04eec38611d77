-- What a cost said before somebody said whose order it is for: the same cost may come again as it came, or further.
alter table cost add column order_said text;

-- Who said whose number was meant that documents had named and nobody had sent.
create table reference_settlement (
    settlement_id  bigint      generated always as identity primary key,
    what           text        not null,
    source         text        not null,
    number         text        not null,
    meant          text        not null,
    documents      text[]      not null,
    reason         text        not null,
    settled_by     text        not null,
    settled_at     timestamptz not null
);
create index reference_settlement_number on reference_settlement (number, source);
