-- Of a survey is kept whose it was and where, as it was when the customer was asked; by what it is answered, of which only
-- a mark is kept; and until when an answer counts. An earlier release that runs beside this one writes none of it.
alter table survey
    add column customer_code text,
    add column branch text,
    add column business_line text,
    add column token_mark text,
    add column expires_at timestamptz;
update survey s set customer_code = d.customer_code, branch = d.branch, business_line = d.business_line
from delivery d where d.source = s.source and d.order_id = s.order_id;
create unique index survey_token on survey (token_mark);
create index survey_account on survey (source, customer_code);

-- What customers answered, each survey once.
create table survey_answer (
    survey_id       text        primary key,
    fingerprint     text        not null,
    channel         text        not null,
    satisfaction    integer,
    recommendation  integer,
    effort          integer,
    comment         text,
    answered_at     timestamptz not null
);
