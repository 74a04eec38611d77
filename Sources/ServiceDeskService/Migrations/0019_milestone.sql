-- How far goods have come, each word once and for ever. One may come before its order.
create table milestone (
    source        text         not null,
    milestone_id  text         not null,
    fingerprint   text         not null,
    order_source  text         not null,
    order_id      text         not null,
    milestone     text         not null,
    route         text,
    planned_at    timestamptz,
    reached_at    timestamptz  not null,
    primary key (source, milestone_id)
);
create index milestone_order on milestone (order_source, order_id, reached_at);

-- How long it took from milestones until the order was done, by route and by line of business: of the last half year, as known at
-- the end of a day. The quantiles are those of 5, 10 … 95 %, in seconds.
create table segment_quantile (
    kind          text              not null,
    name          text              not null,
    milestone     text              not null,
    observations  integer           not null,
    quantiles     double precision[] not null,
    learnt_at     timestamptz       not null,
    primary key (kind, name, milestone)
);

-- Orders of which it was said that they would be late, each with what was said first and whether it is still so.
create table late_warning (
    source        text         not null,
    order_id      text         not null,
    milestone     text         not null,
    route         text,
    warned_at     timestamptz  not null,
    promised_at   timestamptz  not null,
    expected_at   timestamptz  not null,
    likelihood    integer      not null,
    observations  integer      not null,
    is_open       boolean      not null,
    ended_at      timestamptz,
    primary key (source, order_id)
);
create index late_warning_open on late_warning (warned_at) where is_open;
