-- By which stages a team's opportunities go; those of '*' for every team without its own. The needs are words with blanks between.
create table sales_stage (
    team     text         not null,
    stage    text         not null,
    place    integer      not null,
    name     text         not null,
    needs    text         not null,
    said_by  text         not null,
    said_at  timestamptz  not null,
    primary key (team, stage)
);
insert into sales_stage (team, stage, place, name, needs, said_by, said_at)
select '*', s.stage, s.place, s.name, s.needs, 'waybill', timestamptz '1970-01-01 00:00:00+00'
from (values
    ('qualification', 1, 'Qualification', 'customer'),
    ('analysis', 2, 'Needs are known', 'customer product next-step'),
    ('proposal', 3, 'Proposal', 'amount close-day'),
    ('negotiation', 4, 'Negotiation', 'margin')
) as s(stage, place, name, needs);

-- Everything that was ever said of an opportunity, as it was said. What was done by it, in a word, follows from the one before.
create table opportunity_change (
    source          text         not null,
    opportunity_id  text         not null,
    revision        integer      not null,
    content         jsonb        not null,
    fingerprint     text         not null,
    what            text         not null,
    said_by         text         not null,
    changed_at      timestamptz  not null,
    kept_at         timestamptz  not null,
    primary key (source, opportunity_id, revision)
);

-- How an opportunity stands, as its highest revision says.
create table opportunity (
    source           text         not null,
    opportunity_id   text         not null,
    revision         integer      not null,
    state            text         not null,
    team             text         not null,
    stage            text         not null,
    stage_since      date         not null,
    customer_source  text,
    customer_code    text,
    customer_id      text,
    company          text,
    title            text,
    owner            text,
    branch           text,
    business_line    text,
    product          text,
    origin           text,
    lead_id          text,
    amount           numeric(24,4),
    margin           numeric(24,4),
    currency         text,
    close_day        date,
    -- One a line.
    competitors      text         not null,
    next_step        text,
    next_step_day    date,
    loss_reason      text,
    lost_to          text,
    created_at       timestamptz  not null,
    changed_at       timestamptz  not null,
    primary key (source, opportunity_id)
);
create index opportunity_number on opportunity (opportunity_id);
create index opportunity_changed on opportunity (changed_at desc, source, opportunity_id);
create index opportunity_open on opportunity (team, stage, stage_since) where state = 'open';
create index opportunity_customer on opportunity (customer_source, customer_code) where customer_code is not null;
create index opportunity_lead on opportunity (lead_id) where lead_id is not null;

-- How it stood at the ends of days: from that of from_day on, until that of the day before until_day.
create table opportunity_span (
    source          text  not null,
    opportunity_id  text  not null,
    from_day        date  not null,
    until_day       date  not null,
    revision        integer not null,
    state           text  not null,
    team            text  not null,
    stage           text  not null,
    owner           text,
    branch          text,
    business_line   text,
    amount          numeric(24,4),
    margin          numeric(24,4),
    currency        text,
    close_day       date,
    primary key (source, opportunity_id, from_day)
);
create index opportunity_span_from on opportunity_span (from_day);

-- The stages that it went through, and the ends that it came to, in their order.
create table opportunity_visit (
    source          text     not null,
    opportunity_id  text     not null,
    place           integer  not null,
    state           text     not null,
    team            text     not null,
    -- Of an end, the stage in which it was decided.
    stage           text     not null,
    entered_on      date     not null,
    left_on         date,
    -- What came next: a stage, or won or lost with none.
    next_state      text,
    next_stage      text,
    owner           text,
    branch          text,
    business_line   text     not null,
    primary key (source, opportunity_id, place)
);
create index opportunity_visit_entered on opportunity_visit (entered_on);

-- What has changed, by days, months and years: what stands at the end of a day is the sum of the years before its year, the months
-- of that year before its month, and the days of that month up to it. Whom nobody works on and what is of no node is ''.
create table funnel_bucket (
    -- day, month or year
    grain           text           not null,
    first_day       date           not null,
    branch          text           not null,
    owner           text           not null,
    team            text           not null,
    state           text           not null,
    stage           text           not null,
    currency        text           not null,
    deals           integer        not null,
    without_amount  integer        not null,
    amount          numeric(28,4)  not null,
    margin          numeric(28,4)  not null,
    primary key (grain, first_day, branch, owner, team, state, stage, currency)
);
-- What came and went in the same month or year says nothing of a later one.
create index funnel_bucket_read on funnel_bucket (grain, first_day)
where deals <> 0 or without_amount <> 0 or amount <> 0 or margin <> 0;

-- For how long opportunities of a kind were in a stage, learnt at the end of a day; '*' for every line of business.
create table opportunity_dwell (
    team           text     not null,
    stage          text     not null,
    business_line  text     not null,
    visits         integer  not null,
    finished       integer  not null,
    median_days    integer,
    most_days      integer,
    learnt_on      date     not null,
    primary key (team, stage, business_line)
);

-- Leads that were converted before there were opportunities become such, by the release that knows how.
insert into schedule (task, key, due_at)
select 'opportunities.fill', '', now() where exists (select from lead where state = 'converted' and merged_into is null);
