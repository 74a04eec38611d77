-- What was promised when an order was booked: the promise at the lowest of its revisions that has come. Of an order that was known
-- before it is what was promised last by then.
alter table delivery
    add column booked_revision integer,
    add column booked_promise timestamptz;

-- Deliveries that are left out of the figures that customers are told, each once and for ever with its reason.
create table delivery_exclusion (
    source       text         not null,
    order_id     text         not null,
    fingerprint  text         not null,
    code         text         not null,
    note         text         not null,
    excluded_by  text         not null,
    excluded_at  timestamptz  not null,
    primary key (source, order_id)
);

-- Bulletins as they were signed: a correction is another version, and the one before stays.
create table bulletin (
    customer_id       text         not null,
    month             date         not null,
    version           integer      not null,
    document          text         not null,
    signature         text         not null,
    key_id            text         not null,
    published_at      timestamptz  not null,
    objections_until  timestamptz  not null,
    -- The objection that it corrects.
    objection_id      text,
    primary key (customer_id, month, version)
);
create index bulletin_month on bulletin (month desc, customer_id);

-- Their figures, with nothing left out beside.
create table bulletin_figure (
    customer_id         text           not null,
    month               date           not null,
    version             integer        not null,
    measure             text           not null,
    numerator           integer        not null,
    denominator         integer        not null,
    per                 integer        not null,
    figure              numeric(24,4)  not null,
    low                 numeric(24,4)  not null,
    high                numeric(24,4)  not null,
    excluded            integer        not null,
    numerator_of_all    integer        not null,
    denominator_of_all  integer        not null,
    figure_of_all       numeric(24,4)  not null,
    primary key (customer_id, month, version, measure)
);

-- Objections, and how they were answered.
create table bulletin_step (
    customer_id   text         not null,
    month         date         not null,
    step_id       text         not null,
    fingerprint   text         not null,
    step          text         not null,
    measure       text,
    objection_id  text,
    note          text         not null,
    taken_at      timestamptz  not null,
    taken_by      text         not null,
    primary key (customer_id, month, step_id)
);
create index bulletin_step_objection on bulletin_step (customer_id, month, objection_id) where objection_id is not null;
