-- Since when a service reads a type, so that one which joins later does not count as missing everything before.

-- As producer: who reads what this service sends. 'since' is null for readers that were there before this table, which read
-- from the beginning. The row without a type says that the table has been filled once.
create table ledger_reader (
    type    text         not null,
    reader  text         not null,
    since   timestamptz,
    primary key (type, reader)
);

-- The first number of each lane that such a reader is to handle, where it is not the very first.
create table ledger_reader_lane (
    type    text      not null,
    reader  text      not null,
    lane    smallint  not null,
    first   bigint    not null,
    primary key (type, reader, lane)
);

-- As reader: since when this service reads a type; null as above.
create table ledger_reading (
    type   text         primary key,
    since  timestamptz
);

-- What is missing is kept as ranges: a reader that joins a type of a million messages has one row a lane. In rows of
-- copies of the build before there is no end, and the range is one number.
alter table ledger_hole add column upto bigint;
