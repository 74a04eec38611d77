-- Needs of customers that were seen here, each once and for ever as it was said; and what sales tells of it, the highest revision.
create table lead_suggestion (
    suggestion_id      text         primary key,
    fingerprint        text         not null,
    evidence           text         not null,
    source             text         not null,
    complaint_id       text,
    order_id           text,
    survey_id          text,
    customer_source    text         not null,
    customer_code      text         not null,
    customer_id        text         not null,
    branch             text,
    business_line      text,
    need               text         not null,
    suggested_by       text         not null,
    suggested_at       timestamptz  not null,
    outcome_revision   integer      not null default 0,
    lead_id            text,
    state              text,
    reason             text,
    converted_at       timestamptz,
    opportunity_id     text,
    opportunity_state  text,
    margin             numeric(24,4),
    currency           text
);
create index lead_suggestion_time on lead_suggestion (suggested_at desc, suggestion_id);
create index lead_suggestion_agent on lead_suggestion (suggested_by, suggested_at);
create index lead_suggestion_account on lead_suggestion (customer_source, customer_code);
