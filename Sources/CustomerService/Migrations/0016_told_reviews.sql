-- Of how many pairs of accounts that may be one customer it was said, by branch; `-` where none is known.
create table review_told (
    branch  text    primary key,
    pairs   integer not null
);
