-- Who is waited for about complaints: each word once and for ever. One may come before its complaint, and then stands until
-- that comes.
create table complaint_wait (
    source        text         not null,
    complaint_id  text         not null,
    wait_id       text         not null,
    fingerprint   text         not null,
    waiting       text         not null,
    reason        text,
    began_at      timestamptz  not null,
    until_at      timestamptz,
    said_by       text         not null,
    note          text,
    is_waiting    boolean      not null,
    primary key (source, complaint_id, wait_id)
);
create index complaint_wait_waiting on complaint_wait (source, complaint_id) where is_waiting;

-- What is known beside what was said, for as long as a complaint is open: the class of its customer and its branch, by which
-- its clocks are judged whoever asks; who has it; and what its customer was told last.
alter table complaint
    add column class text,
    add column branch text,
    add column agent text,
    add column status_revision integer not null default 0,
    add column status_mark text;
update complaint c set agent = (
    select s.taken_by from complaint_step s
    where s.source = c.source and s.complaint_id = c.complaint_id and s.step = 'accepted'
    order by s.taken_at desc, s.step_id desc limit 1);
update complaint c set class = f.class, branch = f.branch
from (
    select o.source, o.complaint_id, coalesce(d.branch, a.branch) as branch,
        case when k.classes->>'strategic' = 'yes' then 'strategic' else k.classes->>'value' end as class
    from complaint o
    left join account a on a.source = o.customer_source and a.code = o.customer_code
    left join customer_class k on k.customer_id = a.customer_id
    left join delivery d on d.source = coalesce(o.order_of, o.source) and d.order_id = o.order_id
) f
where c.source = f.source and c.complaint_id = f.complaint_id;
create index complaint_agent on complaint (agent) where state <> 'closed';

-- That so much of a clock was gone, and who was told: each level of each clock once. No clock stands here: where it stands
-- follows from what was said.
create table complaint_reached (
    source        text         not null,
    complaint_id  text         not null,
    clock         text         not null,
    level         integer      not null,
    reached_at    timestamptz  not null,
    told_to       text,
    told_at       timestamptz  not null,
    primary key (source, complaint_id, clock, level)
);

-- The policies of clocks that have held, with when each came into force last: what one has changed is worked out by both.
create table clock_policy (
    version    bigint       generated always as identity primary key,
    mark       text         not null unique,
    document   text         not null,
    held_from  timestamptz  not null
);
