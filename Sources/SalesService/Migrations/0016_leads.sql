-- Somebody who may become a customer, as all that came of it says. One that turned out to be another points to that one.
create table lead (
    lead_id          text              primary key,
    state            text              not null,
    merged_into      text,
    revision         integer           not null,
    owner            text,
    -- By what the owner has it: account, skill, person, claim.
    owner_by         text,
    assigned_at      timestamptz,
    former_owner     text,
    pooled_at        timestamptz,
    reason           text,
    branch           text,
    business_line    text,
    customer_id      text,
    customer_by      text,
    company          text,
    contact_name     text,
    email            text,
    phone            text,
    consent          text,
    -- Of the capture by which it came into being.
    source           text              not null,
    channel          text              not null,
    campaign         text,
    first_at         timestamptz       not null,
    last_at          timestamptz       not null,
    touches          integer           not null,
    probability      double precision  not null,
    grade            text,
    expected_margin  numeric(24,4),
    currency         text,
    -- The clock: since when it runs, when it says something next, and which time that is.
    clock_from       timestamptz,
    due_at           timestamptz,
    due_stage        integer           not null default 0,
    contacted_at     timestamptz,
    contact_minutes  integer,
    closed_at        timestamptz,
    converted_at     timestamptz,
    opportunity_id   text
);
create index lead_last on lead (last_at desc, lead_id) where merged_into is null;
create index lead_owner on lead (owner) where merged_into is null and state in ('assigned', 'contacted', 'qualified');
create index lead_due on lead (due_at, lead_id) where due_at is not null;
create index lead_pool on lead (probability desc, lead_id) where merged_into is null and state = 'pool';
create index lead_customer on lead (customer_id) where customer_id is not null;
create index lead_first on lead (first_at) where merged_into is null;
create index lead_merged on lead (merged_into) where merged_into is not null;

-- Each capture as it came, with the lead that it is a touch of.
create table lead_capture (
    source         text              not null,
    capture_id     text              not null,
    lead_id        text              not null,
    fingerprint    text              not null,
    is_first       boolean           not null,
    joined_by      text,
    channel        text              not null,
    campaign       text,
    company        text,
    credit_code    text,
    contact_name   text,
    email          text,
    phone          text,
    customer_source text,
    customer_code  text,
    business_line  text,
    branch         text,
    attributes     jsonb             not null,
    note           text,
    consent        text,
    said_by        text              not null,
    probability    double precision  not null,
    grade          text,
    captured_at    timestamptz       not null,
    stored_at      timestamptz       not null,
    primary key (source, capture_id)
);
create index lead_capture_lead on lead_capture (lead_id, captured_at);

-- By what captures are found to be of one lead; each is of one.
create table lead_key (
    kind     text  not null,
    value    text  not null,
    lead_id  text  not null,
    primary key (kind, value)
);
create index lead_key_lead on lead_key (lead_id);

-- What was done about a lead, in the order of its revisions.
create table lead_event (
    lead_id   text         not null,
    revision  integer      not null,
    at        timestamptz  not null,
    what      text         not null,
    state     text         not null,
    owner     text,
    reason    text,
    said_by   text,
    note      text,
    primary key (lead_id, revision)
);
create index lead_event_claim on lead_event (said_by, at) where what = 'claimed';

-- Who takes leads, as the last word says; lines and branches one a line, none for all.
create table lead_seller (
    login           text         primary key,
    capacity        integer      not null,
    lines           text         not null,
    branches        text         not null,
    claims_per_day  integer      not null,
    said_by         text         not null,
    said_at         timestamptz  not null
);

-- By what a customer of the customer service is found, as its record says.
create table lead_party (
    customer_id  text     primary key,
    revision     integer  not null,
    merged_into  text,
    company      text,
    credit_code  text
);
create index lead_party_company on lead_party (company) where company is not null;
create index lead_party_credit on lead_party (credit_code) where credit_code is not null;
create index lead_party_merged on lead_party (merged_into) where merged_into is not null;

-- By what scores were made from a day on: what was known at the end of the day before.
create table lead_model (
    day      date     primary key,
    mark     text     not null,
    learnt   integer  not null,
    model    text     not null
);
